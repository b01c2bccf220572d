import { existsSync } from 'node:fs'
import { cgroupLeftovers, removeCgroup } from '../machine/cgroups.ts'
import { clusterMounts, removeFiles, unmountAll } from '../machine/files.ts'
import { networkLeftovers, tearDownNetwork } from '../machine/network.ts'
import { clusterProcesses, killProcesses } from '../machine/processes.ts'
import { restoreSysctls } from '../machine/sysctls.ts'
import { STATE } from '../paths.ts'
import { waitFor } from '../wait-for.ts'

/** Removes the cluster from this machine, whether it is complete or not, running or dead. */
export async function tearDown(): Promise<void> {
  await killProcesses()
  await unmountAll()
  await tearDownNetwork()
  await restoreSysctls()
  await waitFor('the control group to empty', 10_000, removeCgroup)
  await removeFiles()
}

/** Everything of a cluster that is on this machine, a line each. */
export async function findLeftovers(): Promise<string[]> {
  return [
    ...(await clusterProcesses()),
    ...(await clusterMounts()).map((place) => `mount ${place}`),
    ...(await networkLeftovers()),
    ...(await cgroupLeftovers()).map((path) => `control group ${path}`),
    ...(existsSync(STATE) ? [`folder ${STATE}`] : []),
  ]
}

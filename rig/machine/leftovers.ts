import { existsSync } from 'node:fs'
import { STATE } from '../layout.ts'
import { cgroupLeftovers } from './cgroups.ts'
import { clusterMounts } from './mounts.ts'
import { networkLeftovers } from './network.ts'
import { clusterProcesses } from './processes.ts'

/** Everything of a cluster that is on this machine now, a line each. */
export async function findLeftovers(): Promise<string[]> {
  return [
    ...(await clusterProcesses()),
    ...(await clusterMounts()).map((place) => `mount ${place}`),
    ...(await networkLeftovers()),
    ...(await cgroupLeftovers()).map((path) => `control group ${path}`),
    ...(existsSync(STATE) ? [`folder ${STATE}`] : []),
  ]
}

import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { STATE } from '../layout.ts'
import { removeCgroup } from '../machine/cgroups.ts'
import { unmountAll } from '../machine/mounts.ts'
import { tearDownNetwork } from '../machine/network.ts'
import { killProcesses } from '../machine/processes.ts'
import { restoreSysctls } from '../machine/sysctls.ts'
import { POD_NETWORK } from '../node/container-runtime.ts'
import { waitFor } from '../wait-for.ts'

/** Ends the cluster, complete or not, running or dead, and removes what it made on this machine. */
export async function tearDown(): Promise<void> {
  await killProcesses()
  await unmountAll()
  await tearDownNetwork()
  await restoreSysctls()
  await waitFor('the control group to empty', 10_000, removeCgroup)
  await removeNotes()
  await rm(STATE, { recursive: true, force: true })
}

/** What programs write to fixed places. */
async function removeNotes(): Promise<void> {
  const results = '/var/lib/cni/results'
  for (const name of await readdir(results).catch(() => [])) {
    const path = join(results, name)
    // Those of the loopback name the containers alone, by their network namespace.
    const text = await readFile(path, 'utf8').catch(() => '')
    if (name.startsWith(`${POD_NETWORK}-`) || text.includes(STATE)) await rm(path)
  }
  const logs = '/var/log/containers'
  for (const name of await readdir(logs).catch(() => [])) {
    const target = await readlink(join(logs, name)).catch(() => '')
    if (target.startsWith(STATE)) await rm(join(logs, name))
  }
}

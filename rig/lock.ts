import { rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** One lock for the whole machine, as there is one cluster. */
const LOCK = join(tmpdir(), 'runnel-cluster.lock')

/**
 * Waits until no other process builds, starts, uses or ends the cluster, and then holds the lock until this
 * process ends. A process that was killed leaves its lock behind: the next one sees that the holder is gone.
 */
export async function lockCluster(): Promise<void> {
  let announced = ''
  while (!tryToLock()) {
    const holder = (await readFile(LOCK, 'utf8').catch(() => '')).trim()
    if (holder === '' || !(await isRunning(holder))) rmSync(LOCK, { force: true })
    else {
      if (holder !== announced)
        console.error(`waiting for process ${holder}, which uses the cluster`)
      announced = holder
      await setTimeout(1_000)
    }
  }
  process.on('exit', () => {
    rmSync(LOCK, { force: true })
  })
  // Without a listener a signal ends the process without the event `exit`, and the lock stays.
  process.on('SIGINT', () => process.exit(130))
  process.on('SIGTERM', () => process.exit(143))
}

function tryToLock(): boolean {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

/** The command is compared as well: another program may have the process id by now. */
async function isRunning(pid: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.includes('rig/main.ts')
}

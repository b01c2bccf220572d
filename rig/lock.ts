import { rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** One for the machine, as the cluster is. */
const LOCK = join(tmpdir(), 'runnel-cluster.lock')

/**
 * Waits until no other process builds, starts, uses or ends the cluster. Holds until this process ends,
 * however it does, but for a kill: then the next one sees that the holder is gone.
 */
export async function lockCluster(): Promise<void> {
  let told = ''
  while (!tryToLock()) {
    const holder = (await readFile(LOCK, 'utf8').catch(() => '')).trim()
    if (holder === '' || !(await isAtWork(holder))) rmSync(LOCK, { force: true })
    else {
      if (holder !== told) console.error(`waiting for process ${holder}, which uses the cluster`)
      told = holder
      await setTimeout(1_000)
    }
  }
  process.on('exit', () => {
    rmSync(LOCK, { force: true })
  })
  // Without a listener a signal ends the process at once, and nobody releases the lock.
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

/** A number may have gone to another program since. */
async function isAtWork(pid: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.includes('rig/main.ts')
}

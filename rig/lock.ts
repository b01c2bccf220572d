import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** One lock for the whole machine, as there is one cluster. */
const LOCK = join(tmpdir(), 'runnel-cluster.lock')

/**
 * Waits until no other process builds, starts, uses or ends the cluster, and then holds the lock until this
 * process ends: a program that a signal may end must do so by `process.exit`. A process that was killed leaves its lock
 * behind: the next one sees that the holder is gone.
 */
export async function lockCluster(): Promise<void> {
  let announced = ''
  while (!tryToLock()) {
    const holder = (await readFile(LOCK, 'utf8').catch(() => '')).trim()
    if (holder === '' || !isRunning(holder)) rmSync(LOCK, { force: true })
    else {
      if (holder !== announced)
        console.error(`waiting for process ${holder.split(' ')[0]}, which uses the cluster`)
      announced = holder
      await setTimeout(1_000)
    }
  }
  process.on('exit', () => {
    rmSync(LOCK, { force: true })
  })
}

function tryToLock(): boolean {
  try {
    writeFileSync(LOCK, `${process.pid} ${startTimeOf('self')}`, { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

/** Another program may have the process id by now, but it started at another time. */
function isRunning(holder: string): boolean {
  const [pid = '', startTime] = holder.split(' ')
  return startTimeOf(pid) === startTime
}

/** In clock ticks since the start of the machine; undefined where no such process is seen. */
function startTimeOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The 20th field after the name of the program, which may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

import { spawnSync } from 'node:child_process'
import type { Machine } from '../loadtest/report/machine.ts'
import { LOAD_CORE } from './processes/pinned-process.ts'

/** Throws if this machine cannot measure. */
export function assertMeasurable({ cores }: Machine): void {
  if (process.platform !== 'linux') throw new Error('expected Linux: CPU time is read from /proc')
  if (cores < 2) throw new Error(`expected two cores, one for the load, got ${cores}`)
  for (const command of ['taskset', 'setpriv']) {
    if (spawnSync(command, ['--version']).error === undefined) continue
    throw new Error(`expected ${command}, which starts the servers: install util-linux`)
  }
}

/** Moves this process, and all that it starts from here on, to the core of the load. */
export function moveToLoadCore(): void {
  spawnSync('taskset', [
    '--all-tasks',
    '--cpu-list',
    '--pid',
    String(LOAD_CORE),
    String(process.pid),
  ])
}

import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, type } from 'node:os'

/** The machine that the figures come from. */
export interface Machine {
  readonly cores: number
  readonly model: string
  readonly kernel: string
  readonly node: string
  /** The load average of the last minute at the start of the run. */
  readonly loadAverage: number
}

export function readMachine(): Machine {
  return {
    cores: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? 'unknown',
    kernel: `${type()} ${release()}`,
    node: process.version,
    loadAverage: loadavg()[0] ?? 0,
  }
}

/** Throws if this machine cannot measure. */
export function assertMeasurable({ cores }: Machine): void {
  if (process.platform !== 'linux') throw new Error('expected Linux: CPU time is read from /proc')
  if (cores < 2) throw new Error(`expected two cores, one for the load, got ${cores}`)
  if (spawnSync('taskset', ['--version']).error !== undefined) {
    throw new Error('expected taskset, which pins a process to a core: install util-linux')
  }
}

import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

/** The machine that the load comes from; on loopback also the one that is loaded. */
export interface Machine {
  readonly cores: number
  readonly model: string
  /** Bytes. */
  readonly memory: number
  readonly kernel: string
  readonly node: string
  /** Of the last minute, at the start. */
  readonly loadAverage: number
}

export function readMachine(): Machine {
  return {
    cores: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memory: totalmem(),
    kernel: `${type()} ${release()}`,
    node: process.version,
    loadAverage: loadavg()[0] ?? 0,
  }
}

import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

/**
 * Resolution of the delay histogram in ms; an idle loop reads exactly this, so it is subtracted. Each reading wakes an
 * idle process: with the resolution of the metrics, one wake serves both.
 */
const RESOLUTION = 20
/** Share of time the loop may work before new clients are advised to poll: beyond it delays add up. */
const BUSY_UTILIZATION = 0.85
/** Delay of the loop at p99, in ms, beyond which new clients are advised to poll. */
const BUSY_DELAY = 250

export interface PressureSample {
  /** Share of the time since the last sample in which the event loop worked, 0 to 1. */
  readonly utilization: number
  /** How late timers fired since the last sample, p99 in ms. */
  readonly delay: number
}

/** Measures the load of the event loop. */
export class Pressure {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION })
  #baseline = performance.eventLoopUtilization()

  start(): void {
    this.#delays.enable()
    this.#baseline = performance.eventLoopUtilization()
  }

  close(): void {
    this.#delays.disable()
  }

  /** Measures the time since the last sample. */
  sample(): PressureSample {
    const current = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(current, this.#baseline)
    this.#baseline = current
    const delay = Math.max(0, this.#delays.percentile(99) / 1e6 - RESOLUTION)
    this.#delays.reset()
    return { utilization, delay }
  }
}

export function isUnderPressure({ utilization, delay }: PressureSample): boolean {
  return utilization > BUSY_UTILIZATION || delay > BUSY_DELAY
}

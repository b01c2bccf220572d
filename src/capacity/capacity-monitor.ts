import type { CapacityStatus } from '../schema/capacity-status.ts'
import { Pressure, type PressureSample } from './pressure.ts'
import { capacityStatus, type CapacityFacts } from './capacity-status.ts'

/** Time between two computations of the status, in ms: it is public, so frequent requests must cost little. */
const INTERVAL = 1_000

/** Holds the public capacity status, and computes it anew once a second. */
export class CapacityMonitor {
  readonly #pressure = new Pressure()
  readonly #readFacts: () => Omit<CapacityFacts, 'pressure'>
  #timer: NodeJS.Timeout | undefined
  #status: CapacityStatus

  constructor(readFacts: () => Omit<CapacityFacts, 'pressure'>) {
    this.#readFacts = readFacts
    // The first status ignores the load of the start, which says nothing about the time after it.
    this.#status = this.#compute({ utilization: 0, delay: 0 })
  }

  get status(): CapacityStatus {
    return this.#status
  }

  start(): void {
    this.#pressure.start()
    this.#timer = setInterval(() => {
      this.#status = this.#compute(this.#pressure.sample())
    }, INTERVAL).unref()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#pressure.close()
  }

  #compute(pressure: PressureSample): CapacityStatus {
    return capacityStatus({ ...this.#readFacts(), pressure })
  }
}

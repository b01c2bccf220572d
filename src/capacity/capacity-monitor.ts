import type { CapacityStatus } from '../schema/capacity-status.ts'
import { Pressure, type PressureSample } from './pressure.ts'
import { capacityStatus, type CapacityFacts } from './capacity-status.ts'

/** How often the status is computed anew, in ms: it is public, so asking often must cost nothing. */
const INTERVAL = 1_000

/** Holds the capacity status that everybody is shown. */
export class CapacityMonitor {
  readonly #pressure = new Pressure()
  readonly #readFacts: () => Omit<CapacityFacts, 'pressure'>
  readonly #timer: NodeJS.Timeout
  #status: CapacityStatus

  constructor(readFacts: () => Omit<CapacityFacts, 'pressure'>) {
    this.#readFacts = readFacts
    this.#status = this.#compute({ utilization: 0, delay: 0 })
    this.#timer = setInterval(() => {
      this.#status = this.#compute(this.#pressure.sample())
    }, INTERVAL).unref()
  }

  get status(): CapacityStatus {
    return this.#status
  }

  close(): void {
    clearInterval(this.#timer)
    this.#pressure.stop()
  }

  #compute(pressure: PressureSample): CapacityStatus {
    return capacityStatus({ ...this.#readFacts(), pressure })
  }
}

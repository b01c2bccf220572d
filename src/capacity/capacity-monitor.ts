import type { CapacityStatus } from '../schema/capacity-status.ts'
import { Pressure, type PressureSample } from './pressure.ts'
import { capacityStatus, type CapacityFacts } from './capacity-status.ts'

/** How often the status is computed anew, in ms: it is public, so asking often must cost nothing. */
const INTERVAL = 1_000

/** Holds the capacity status that everybody is shown, and computes it anew once a second. */
export class CapacityMonitor {
  readonly #pressure = new Pressure()
  readonly #readFacts: () => Omit<CapacityFacts, 'pressure'>
  #timer: NodeJS.Timeout | undefined
  #status: CapacityStatus

  constructor(readFacts: () => Omit<CapacityFacts, 'pressure'>) {
    this.#readFacts = readFacts
    // There from the beginning; a start that was work is no pressure.
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

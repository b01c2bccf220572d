import { Histogram } from './histogram.ts'
import { monotonicNow } from './monotonic-clock.ts'
import { ReasonCounts } from './reason-counts.ts'
import {
  byHistogram,
  NO_COUNTS,
  type Counts,
  type DriverLoad,
  type Gauges,
  type Tally,
} from './tally.ts'

export type MutableCounts = { -readonly [Name in keyof Counts]: Counts[Name] }

/** Counts since the last tally. Who counts increments the fields, since this is done for each delivery. */
export class TallyRecorder {
  readonly counts: MutableCounts = { ...NO_COUNTS }
  readonly reasons = new ReasonCounts()
  readonly histograms = byHistogram(() => new Histogram())
  #cpu = process.cpuUsage()
  #at = monotonicNow()

  start(): void {
    this.#cpu = process.cpuUsage()
    this.#at = monotonicNow()
  }

  /** The tally of the interval that ends at this moment; the next one begins. `loopDelay`: the longest in it, in ms. */
  take(gauges: Gauges, loopDelay: number): Tally {
    const now = monotonicNow()
    const seconds = Math.max(now - this.#at, 1) / 1e6
    const { histograms } = this
    const tally: Tally = {
      at: now / 1e6,
      seconds,
      gauges,
      counts: { ...this.counts },
      reasons: this.reasons.encode(),
      histograms: byHistogram((name) => histograms[name].encode()),
      driver: { ...this.#readUsage(seconds), loopDelay },
    }
    this.#at = now
    Object.assign(this.counts, NO_COUNTS)
    this.reasons.reset()
    for (const histogram of Object.values(histograms)) histogram.reset()
    return tally
  }

  #readUsage(seconds: number): Omit<DriverLoad, 'loopDelay'> {
    const { user, system } = process.cpuUsage(this.#cpu)
    this.#cpu = process.cpuUsage()
    return { cpu: (user + system) / 1e6 / seconds, rss: process.memoryUsage.rss() }
  }
}

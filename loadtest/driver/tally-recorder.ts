import { monitorEventLoopDelay } from 'node:perf_hooks'
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

/** Milliseconds; an idle event loop seems delayed by this much. */
const RESOLUTION = 10

/** Counts since the last tally. Who counts increments the fields, since this is done for each delivery. */
export class TallyRecorder {
  readonly counts: MutableCounts = { ...NO_COUNTS }
  readonly reasons = new ReasonCounts()
  readonly histograms = byHistogram(() => new Histogram())
  readonly #loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION })
  #cpu = process.cpuUsage()
  #at = monotonicNow()

  start(): void {
    this.#loopDelay.enable()
    this.#cpu = process.cpuUsage()
    this.#at = monotonicNow()
  }

  close(): void {
    this.#loopDelay.disable()
  }

  /** The tally of the interval that ends at this moment; the next one begins. */
  take(gauges: Gauges): Tally {
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
      driver: this.#readLoad(seconds),
    }
    this.#at = now
    Object.assign(this.counts, NO_COUNTS)
    this.reasons.reset()
    for (const histogram of Object.values(histograms)) histogram.reset()
    return tally
  }

  #readLoad(seconds: number): DriverLoad {
    const { user, system } = process.cpuUsage(this.#cpu)
    this.#cpu = process.cpuUsage()
    const longest = this.#loopDelay.count === 0 ? 0 : this.#loopDelay.max / 1e6 - RESOLUTION
    this.#loopDelay.reset()
    return {
      cpu: (user + system) / 1e6 / seconds,
      loopDelay: Math.max(0, longest),
      rss: process.memoryUsage.rss(),
    }
  }
}

import { Histogram } from '../loadtest/driver/histogram.ts'
import type { Tally } from '../loadtest/driver/tally.ts'

/** What a driver counted since the last reset. */
export class LoadTotals {
  /** Streams that are open. */
  open = 0
  readonly #delivery = new Histogram()
  readonly #connect = new Histogram()
  #tallies: Tally[] = []

  add(tally: Tally): void {
    this.open = tally.gauges.open
    this.#tallies.push(tally)
    this.#delivery.add(tally.histograms.delivery)
    this.#connect.add(tally.histograms.connect)
  }

  reset(): void {
    this.#tallies = []
    this.#delivery.reset()
    this.#connect.reset()
  }

  get reconnects(): number {
    return this.#total(({ counts }) => counts.reconnects)
  }

  /** Throws if the load was not the one that was asked for, though what was published has arrived. */
  assertUndisturbed(): void {
    const failed = this.#total(({ counts }) => counts.refusedPublishes + counts.unknownPublishes)
    if (failed > 0) throw new Error(`expected every publish to be accepted, ${failed} were not`)
    const ended = this.#total(
      ({ counts }) => counts.cuts + counts.faults + counts.drains + counts.expiries,
    )
    if (ended > 0) throw new Error(`expected every stream to stay open, ${ended} ended`)
  }

  /** Latencies in ms. */
  deliveries() {
    const cpu = this.#total(({ driver, seconds }) => driver.cpu * seconds)
    return {
      published: this.#total(({ counts }) => counts.published),
      deliveries: this.#total(({ counts }) => counts.deliveries),
      driverShare: cpu / this.#total(({ seconds }) => seconds),
      p50: (this.#delivery.percentile(50) ?? 0) / 1e3,
      p99: (this.#delivery.percentile(99) ?? 0) / 1e3,
    }
  }

  /** In ms. */
  connectP99(): number {
    return (this.#connect.percentile(99) ?? 0) / 1e3
  }

  #total(valueOf: (tally: Tally) => number): number {
    return this.#tallies.reduce((total, tally) => total + valueOf(tally), 0)
  }
}

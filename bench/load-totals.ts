import { Histogram } from '../loadtest/driver/histogram.ts'
import type { Tally } from '../loadtest/driver/tally.ts'

/** What a driver counted since some moment. */
export class LoadTotals {
  reconnects = 0
  #deliveries = 0
  #cuts = 0
  #refusals = 0
  #failedPublishes = 0
  #seconds = 0
  #driverCpu = 0
  readonly #delivery = new Histogram()
  readonly #connect = new Histogram()

  add({ counts, histograms, driver, seconds }: Tally): void {
    this.#seconds += seconds
    this.#driverCpu += driver.cpu * seconds
    this.reconnects += counts.reconnects
    this.#deliveries += counts.deliveries
    this.#cuts += counts.cuts + counts.closings
    this.#refusals += counts.refusals + counts.deadEnds + counts.connectFailures
    this.#failedPublishes += counts.refusedPublishes + counts.unknownPublishes
    this.#delivery.add(histograms.delivery)
    this.#connect.add(histograms.connect)
  }

  /** Throws if the load was not the one that was asked for, though what was published has arrived. */
  assertUndisturbed(): void {
    if (this.#failedPublishes > 0) {
      throw new Error(`expected every publish to be accepted, ${this.#failedPublishes} were not`)
    }
    if (this.#cuts + this.#refusals > 0) {
      throw new Error(
        `expected every stream to stay open, ${this.#cuts} ended and ${this.#refusals} were refused`,
      )
    }
  }

  /** Latencies in ms. */
  deliveries() {
    return {
      deliveries: this.#deliveries,
      driverShare: this.#seconds === 0 ? 0 : this.#driverCpu / this.#seconds,
      p50: (this.#delivery.percentile(50) ?? 0) / 1e3,
      p99: (this.#delivery.percentile(99) ?? 0) / 1e3,
    }
  }

  /** In ms. */
  connectP99(): number {
    return (this.#connect.percentile(99) ?? 0) / 1e3
  }
}

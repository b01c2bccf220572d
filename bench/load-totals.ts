import { Histogram } from '../loadtest/driver/histogram.ts'
import type { Counts, Tally } from '../loadtest/driver/tally.ts'

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
    return this.#count('reconnects')
  }

  /** Throws if the load was not the one that was asked for, though what was published has arrived. */
  assertUndisturbed(): void {
    const failed = this.#count('refusedPublishes', 'unknownPublishes')
    if (failed > 0) throw new Error(`expected every publish to be accepted, ${failed} were not`)
    const ended = this.#count('cuts', 'faults', 'drains', 'expiries')
    if (ended > 0) throw new Error(`expected every stream to stay open, ${ended} ended`)
  }

  /** Latencies in ms. */
  deliveries() {
    const seconds = sum(this.#tallies.map((tally) => tally.seconds))
    const cpu = sum(this.#tallies.map((tally) => tally.driver.cpu * tally.seconds))
    return {
      published: this.#count('published'),
      deliveries: this.#count('deliveries'),
      driverShare: cpu / seconds,
      p50: (this.#delivery.percentile(50) ?? 0) / 1e3,
      p99: (this.#delivery.percentile(99) ?? 0) / 1e3,
    }
  }

  /** In ms. */
  connectP99(): number {
    return (this.#connect.percentile(99) ?? 0) / 1e3
  }

  #count(...names: (keyof Counts)[]): number {
    return sum(this.#tallies.flatMap(({ counts }) => names.map((name) => counts[name])))
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

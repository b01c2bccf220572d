import { Float64Histogram, type JsHistogram } from 'hdr-histogram-js'
import type { EncodedHistogram } from './tally.ts'

/** Microseconds. What is longer counts as this. */
const LONGEST = 3_600e6
const DIGITS = 3

/** Durations in microseconds, each exact to a thousandth of itself. */
export class Histogram {
  // The build in JavaScript, whose counts can be read bucket by bucket; the one in WebAssembly is no faster here.
  readonly #histogram: JsHistogram = new Float64Histogram(1, LONGEST, DIGITS)

  get count(): number {
    return this.#histogram.totalCount
  }

  /** The highest value; undefined without any. */
  get max(): number | undefined {
    return this.count === 0 ? undefined : this.#histogram.maxValue
  }

  record(microseconds: number): void {
    // Clocks of two processes differ by less than a microsecond, but may seem to run backwards.
    this.#histogram.recordValue(Math.min(Math.max(1, Math.round(microseconds)), LONGEST))
  }

  /** Of 0 to 100; undefined without values. */
  percentile(percent: number): number | undefined {
    return this.count === 0 ? undefined : this.#histogram.getValueAtPercentile(percent)
  }

  encode(): EncodedHistogram {
    const pairs: number[] = []
    if (this.count === 0) return pairs
    for (let index = 0; index < this.#histogram.countsArrayLength; index++) {
      const count = this.#histogram.getCountAtIndex(index)
      if (count > 0) pairs.push(this.#histogram.valueFromIndex(index), count)
    }
    return pairs
  }

  add(encoded: EncodedHistogram): void {
    for (let index = 0; index + 1 < encoded.length; index += 2) {
      this.#histogram.recordValueWithCount(encoded[index]!, encoded[index + 1]!)
    }
  }

  reset(): void {
    if (this.count > 0) this.#histogram.reset()
  }
}

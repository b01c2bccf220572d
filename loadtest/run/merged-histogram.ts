import type { EncodedHistogram } from '../driver/tally.ts'

const MICROSECONDS = 1_000

/** Histograms of all drivers in one. */
export class MergedHistogram {
  readonly #counts = new Map<number, number>()
  #total = 0

  add(encoded: EncodedHistogram): void {
    for (let at = 0; at + 1 < encoded.length; at += 2) {
      const value = encoded[at]!
      const count = encoded[at + 1]!
      this.#counts.set(value, (this.#counts.get(value) ?? 0) + count)
      this.#total += count
    }
  }

  /** In milliseconds; undefined without a value. */
  percentile(percent: number): number | undefined {
    let left = Math.ceil((this.#total * percent) / 100)
    for (const [value, count] of this.#sorted()) {
      left -= count
      if (left <= 0) return value / MICROSECONDS
    }
    return undefined
  }

  get max(): number | undefined {
    return this.percentile(100)
  }

  encode(): EncodedHistogram {
    return this.#sorted().flat()
  }

  #sorted(): readonly (readonly [value: number, count: number])[] {
    return [...this.#counts].toSorted(([a], [b]) => a - b)
  }
}

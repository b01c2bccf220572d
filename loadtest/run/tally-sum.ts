import { Histogram } from '../driver/histogram.ts'
import { ReasonCounts } from '../driver/reason-counts.ts'
import type { MutableCounts } from '../driver/tally-recorder.ts'
import {
  NO_COUNTS,
  type Counts,
  type EncodedHistogram,
  type HistogramName,
  type Reasons,
  type Tally,
} from '../driver/tally.ts'

/** In a millisecond. */
const MICROSECONDS = 1_000

/** What several tallies have counted together. */
export class TallySum {
  readonly #counts: MutableCounts = { ...NO_COUNTS }
  readonly #reasons = new ReasonCounts()
  // Each takes some 200 KB, and most seconds need one.
  readonly #histograms = new Map<HistogramName, Histogram>()

  get counts(): Counts {
    return this.#counts
  }

  get reasons(): Reasons {
    return this.#reasons.encode()
  }

  /** In milliseconds; undefined without a value. */
  percentile(name: HistogramName, percent: number): number | undefined {
    const microseconds = this.#histograms.get(name)?.percentile(percent)
    return microseconds === undefined ? undefined : microseconds / MICROSECONDS
  }

  add({ counts, reasons, histograms }: Tally): void {
    for (const name of namesOf(counts)) this.#counts[name] += counts[name]
    this.#reasons.addAll(reasons)
    for (const name of namesOf(histograms)) {
      if (histograms[name].length > 0) this.#histogram(name).add(histograms[name])
    }
  }

  encodeHistograms(): Readonly<Partial<Record<HistogramName, EncodedHistogram>>> {
    return Object.fromEntries(
      [...this.#histograms].map(([name, histogram]) => [name, histogram.encode()]),
    )
  }

  #histogram(name: HistogramName): Histogram {
    const histogram = this.#histograms.get(name) ?? new Histogram()
    this.#histograms.set(name, histogram)
    return histogram
  }
}

function namesOf<T extends object>(record: T): readonly (keyof T)[] {
  return Object.keys(record) as (keyof T)[]
}

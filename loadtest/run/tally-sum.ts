import type { Counts, EncodedHistogram, HistogramName, Tally } from '../driver/tally.ts'
import { MergedHistogram } from './merged-histogram.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What several tallies have counted together. */
export class TallySum {
  readonly #counts: Mutable<Counts> = {
    published: 0,
    refusedPublishes: 0,
    unknownPublishes: 0,
    deliveries: 0,
    bytes: 0,
    connects: 0,
    reconnects: 0,
    cuts: 0,
    closings: 0,
    refusals: 0,
    deadEnds: 0,
    connectFailures: 0,
    gaps: 0,
    holes: 0,
    duplicates: 0,
    reorderings: 0,
    heldBack: 0,
  }
  readonly #histograms: Readonly<Record<HistogramName, MergedHistogram>> = {
    delivery: new MergedHistogram(),
    connect: new MergedHistogram(),
    firstEvent: new MergedHistogram(),
    publish: new MergedHistogram(),
    outage: new MergedHistogram(),
    pause: new MergedHistogram(),
  }

  get counts(): Counts {
    return this.#counts
  }

  histogram(name: HistogramName): MergedHistogram {
    return this.#histograms[name]
  }

  add({ counts, histograms }: Tally): void {
    for (const name of namesOf(counts)) this.#counts[name] += counts[name]
    for (const name of namesOf(histograms)) this.#histograms[name].add(histograms[name])
  }

  encodeHistograms(): Readonly<Partial<Record<HistogramName, EncodedHistogram>>> {
    return Object.fromEntries(
      Object.entries(this.#histograms).map(([name, histogram]) => [name, histogram.encode()]),
    )
  }
}

function namesOf<T extends object>(record: T): readonly (keyof T)[] {
  return Object.keys(record) as (keyof T)[]
}

import type { EncodedHistogram } from '../../driver/tally.ts'

/** A time, and the share of all times that are no longer. */
export interface Quantile {
  readonly share: number
  /** In ms. */
  readonly time: number
}

const MICROSECONDS = 1_000

/** The whole distribution, a point for each bucket. Empty without any count. */
export function distributionOf(histogram: EncodedHistogram): readonly Quantile[] {
  const buckets = bucketsOf(histogram)
  const total = buckets.reduce((sum, { count }) => sum + count, 0)
  let below = 0
  return buckets.map(({ value, count }) => {
    below += count
    return { share: below / total, time: value / MICROSECONDS }
  })
}

/** The shortest time that this share of all times does not exceed. */
export function timeAt(distribution: readonly Quantile[], share: number): number | undefined {
  return (distribution.find((quantile) => quantile.share >= share) ?? distribution.at(-1))?.time
}

export function countOf(histogram: EncodedHistogram): number {
  return bucketsOf(histogram).reduce((sum, { count }) => sum + count, 0)
}

function bucketsOf(
  histogram: EncodedHistogram,
): { readonly value: number; readonly count: number }[] {
  return Array.from({ length: Math.floor(histogram.length / 2) }, (_, index) => ({
    value: histogram[2 * index] ?? 0,
    count: histogram[2 * index + 1] ?? 0,
  }))
    .filter(({ count }) => count > 0)
    .toSorted((one, other) => one.value - other.value)
}

import type { HistogramName } from '../../driver/tally.ts'
import { countOf, distributionOf, timeAt } from './percentiles.ts'
import type { PlotLine } from './plot.ts'
import type { Result } from '../result.ts'

/** The times of a run by percentile, over an axis on which each nine takes the same room. */
export interface DistributionPlot {
  /** `-log10(1 - share)`: 1 is the 90th percentile, 2 the 99th. */
  readonly nines: readonly number[]
  readonly lines: readonly PlotLine[]
}

/** How times are called, in the order of plots and tables. */
export const TIME_HEADS: Readonly<Record<HistogramName, string>> = {
  delivery: 'delivery',
  publish: 'publish',
  connect: 'connect',
  firstEvent: 'first event',
  caughtUp: 'caught up',
  outage: 'outage',
  pause: 'pauses over 1 s',
}

export const TIME_NAMES = Object.keys(TIME_HEADS) as readonly HistogramName[]

const STEPS_PER_NINE = 20

export function distributionPlot({ histograms }: Result): DistributionPlot {
  const measured = TIME_NAMES.flatMap((name) => {
    const histogram = histograms[name] ?? []
    const count = countOf(histogram)
    return count === 0
      ? []
      : [
          {
            label: TIME_HEADS[name],
            distribution: distributionOf(histogram),
            most: Math.log10(count),
          },
        ]
  })
  const most = Math.max(0, ...measured.map((each) => each.most))
  const nines = Array.from(
    { length: Math.ceil(most * STEPS_PER_NINE) + 1 },
    (_, step) => step / STEPS_PER_NINE,
  )
  return {
    nines,
    // Beyond its own count, a line would be level: it has no more to tell.
    lines: measured.map(({ label, distribution, most: own }) => ({
      label,
      values: nines.map((nine) =>
        nine > own + 1 / STEPS_PER_NINE ? null : (timeAt(distribution, 1 - 10 ** -nine) ?? null),
      ),
    })),
  }
}

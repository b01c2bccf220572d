import type { Figures } from './figures.ts'

/** The most that figures of a scenario may be. What is left out is shown, and not judged. */
export type Thresholds = Partial<
  Pick<
    Figures,
    | 'peakLoadPercent'
    | 'refusalsPerClient'
    | 'failuresPerClient'
    | 'reconnectsPerClient'
    | 'peakReconnectRate'
    | 'secondsUntilBalanced'
    | 'mostPods'
    | 'lastPods'
    | 'resizes'
    | 'sparePodMinutes'
  >
>

export interface Breach {
  readonly figure: keyof Thresholds
  readonly atMost: number
  /** Undefined for what never came to an end. */
  readonly got: number | undefined
}

export function breachesOf(figures: Figures, thresholds: Thresholds): readonly Breach[] {
  return (Object.keys(thresholds) as (keyof Thresholds)[]).flatMap((figure) => {
    const atMost = thresholds[figure]
    const got = figures[figure]
    if (atMost === undefined || (got !== undefined && got <= atMost)) return []
    return [{ figure, atMost, got }]
  })
}

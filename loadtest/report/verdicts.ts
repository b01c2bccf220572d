import type { Thresholds } from '../scenarios/scenario.ts'
import type { Figures } from '../figures.ts'
import type { Result, Verdict } from './result.ts'

/** A verdict for each threshold, in the order in which the scenario names them. */
export function judgeFigures(figures: Figures, thresholds: Thresholds): readonly Verdict[] {
  return Object.entries(thresholds).map(([name, atMost]) => {
    const figure = name as keyof Figures
    const got = figures[figure]
    return { figure, atMost, got, isMet: got !== undefined && got <= atMost }
  })
}

/** Whether a run that came to its end met all of its thresholds. The naive variant is there to fail. */
export function isMet({ variant, interrupted, verdicts }: Result): boolean {
  return interrupted === undefined && (variant === 'naive' || verdicts.every((each) => each.isMet))
}

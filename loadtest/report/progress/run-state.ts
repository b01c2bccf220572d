import { showNumber, showTime } from '../figure-texts.ts'
import type { SecondSample } from '../result.ts'

/** What progress shows of a run: its last second, and sums since its start. */
export interface RunState {
  readonly phase: string
  readonly last: SecondSample
  readonly expectedSeconds: number | undefined
  readonly reconnects: number
  readonly findings: number
}

/** The next state, a second later. */
export function advance(
  state: RunState | undefined,
  { phase, last, expectedSeconds }: Pick<RunState, 'phase' | 'last' | 'expectedSeconds'>,
): RunState {
  return {
    phase,
    last,
    expectedSeconds,
    reconnects: (state?.reconnects ?? 0) + last.reconnects,
    findings: (state?.findings ?? 0) + last.findings,
  }
}

/** Elapsed and, where it is known, expected. */
export function showElapsed({ last, expectedSeconds }: RunState): string {
  const elapsed = showTime(last.second)
  return expectedSeconds === undefined ? elapsed : `${elapsed} of ${showTime(expectedSeconds)}`
}

export function showMilliseconds(time: number | undefined): string {
  return time === undefined ? '–' : `${showNumber(time)} ms`
}

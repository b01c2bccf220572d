import { showNumber, showTime } from '../figure-texts.ts'
import type { Span } from '../progress.ts'
import type { SecondSample } from '../result.ts'

/** What progress shows of a run: its last second, and sums since its start. */
export interface RunState {
  readonly phase: string
  readonly last: SecondSample
  readonly step: Span | undefined
  readonly reconnects: number
  readonly findings: number
}

/** The next state, a second later. */
export function advance(
  state: RunState | undefined,
  { phase, last, step }: Pick<RunState, 'phase' | 'last' | 'step'>,
): RunState {
  return {
    phase,
    last,
    step,
    reconnects: (state?.reconnects ?? 0) + last.reconnects,
    findings: (state?.findings ?? 0) + last.findings,
  }
}

/** The phase and, where it is known, the end of what goes on. */
export function showPhase({ phase, step }: RunState): string {
  return step === undefined ? phase : `${phase} until ${showTime(step.to)}`
}

export function showMilliseconds(time: number | undefined): string {
  return time === undefined ? '–' : `${showNumber(time)} ms`
}

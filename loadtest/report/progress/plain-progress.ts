import { showNumber, showTime } from '../figure-texts.ts'
import { onOneLine } from '../printable.ts'
import type { Progress, Span } from '../progress.ts'
import type { SecondSample } from '../result.ts'
import { advance, type RunState, showMilliseconds, showPhase } from './run-state.ts'

/** Seconds between two lines: often enough to be seen alive in the log of a build. */
const INTERVAL = 5

/** Lines for a file or a pipe: one for each phase, and one every five seconds. */
export class PlainProgress implements Progress {
  readonly #write: (text: string) => void
  #phase = ''
  #state: RunState | undefined
  #shownAt = 0

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  phase(name: string): void {
    this.#phase = onOneLine(name)
    this.#write(`${this.#phase} …\n`)
  }

  second(last: SecondSample, step: Span | undefined): void {
    const state = advance(this.#state, { phase: this.#phase, last, step })
    this.#state = state
    if (last.second - this.#shownAt < INTERVAL) return
    this.#shownAt = last.second
    this.#write(formatLine(state))
  }

  note(text: string): void {
    this.#write(`${onOneLine(text)}\n`)
  }

  end(): void {}
}

function formatLine(state: RunState): string {
  const { open, waiting, deliveries, deliveryP50, deliveryP99 } = state.last
  return `${[
    showTime(state.last.second),
    showPhase(state),
    `${showNumber(open)} open`,
    `${showNumber(waiting)} waiting`,
    `${showNumber(deliveries)} deliveries/s`,
    `p50 ${showMilliseconds(deliveryP50)}`,
    `p99 ${showMilliseconds(deliveryP99)}`,
    `${showNumber(state.reconnects)} reconnects`,
    `${showNumber(state.findings)} findings`,
  ].join('  ')}\n`
}

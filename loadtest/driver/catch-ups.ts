import type { Histogram } from './histogram.ts'

/** Openings of a subscriber that are kept: the first ones, which take longest. */
const MOST = 100

interface Opening {
  /** When the subscriber began to try for it. */
  readonly triedSince: number
  readonly openedAt: number
  /** When the last event so far came that was due before it. */
  caughtUpAt: number | undefined
}

/**
 * How long a subscriber takes, from its attempt at a place, to have the events that were due before it got the place.
 * Events come in order, so the first one that was due later shows that it has them all. A stream may end before that,
 * and then the next one brings the rest. Times are in microseconds.
 */
export class CatchUps {
  readonly #histogram: Histogram
  #openings: Opening[] = NONE

  constructor(histogram: Histogram) {
    this.#histogram = histogram
  }

  /** Whether no event has come that was due after the last opening. */
  get isCatchingUp(): boolean {
    return this.#openings.length > 0
  }

  opened(triedSince: number, openedAt: number): void {
    if (this.#openings.length === MOST) return
    if (this.#openings === NONE) this.#openings = []
    this.#openings.push({ triedSince, openedAt, caughtUpAt: undefined })
  }

  delivery(due: number, at: number): void {
    while (this.#openings.length > 0 && this.#openings[0]!.openedAt <= due) {
      this.#record(this.#openings.shift()!)
    }
    for (const opening of this.#openings) opening.caughtUpAt = at
  }

  /** Nothing follows. What is still missing is lost, and in no time. */
  finish(): void {
    for (const opening of this.#openings) this.#record(opening)
    this.#openings = NONE
  }

  /** An opening that was owed nothing has no time to catch up. */
  #record({ triedSince, caughtUpAt }: Opening): void {
    if (caughtUpAt !== undefined) this.#histogram.record(caughtUpAt - triedSince)
  }
}

/** Shared by all subscribers that have not opened yet. */
const NONE: Opening[] = []

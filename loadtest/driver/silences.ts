import type { DueTimes } from './due-times.ts'

/** Microseconds from which the time without an event may be a pause. */
export const SHORTEST_PAUSE = 1e6

/** Silences of a subscriber that are kept: the longest ones. */
const MOST = 100

interface Silence {
  readonly from: number
  readonly to: number
}

/**
 * When one subscriber got nothing. A silence is a pause if events were due in it, which only the publisher knows: its
 * record comes at the end of a run. Times are in microseconds.
 */
export class Silences {
  #since: number | undefined
  #silences: Silence[] = NONE

  /** When the present silence began: with the last event, or with the first attempt at a place. Undefined before. */
  get since(): number | undefined {
    return this.#since
  }

  /** The first call counts. */
  begin(at: number): void {
    this.#since ??= at
  }

  event(at: number): void {
    if (this.#since !== undefined && at - this.#since > SHORTEST_PAUSE) {
      this.#keep({ from: this.#since, to: at })
    }
    this.#since = at
  }

  /** Returns the lengths of the pauses so far and forgets them. `end` ends the present silence, too. */
  takePauses(dues: DueTimes, end: number | undefined): readonly number[] {
    if (end !== undefined && this.#since !== undefined) this.#keep({ from: this.#since, to: end })
    const pauses = this.#silences.map(({ from, to }) => to - (dues.firstFrom(from) ?? to))
    this.#silences = NONE
    return pauses.filter((pause) => pause > SHORTEST_PAUSE)
  }

  #keep(silence: Silence): void {
    if (this.#silences === NONE) this.#silences = []
    this.#silences.push(silence)
    if (this.#silences.length <= MOST) return
    const shortest = Math.min(...this.#silences.map(lengthOf))
    this.#silences.splice(
      this.#silences.findIndex((each) => lengthOf(each) === shortest),
      1,
    )
  }
}

function lengthOf({ from, to }: Silence): number {
  return to - from
}

/** Shared by all subscribers that had none. */
const NONE: Silence[] = []

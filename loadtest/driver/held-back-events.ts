import type { TallyRecorder } from './tally-recorder.ts'

/** Microseconds that lie at least between two events of one read if something held the first one back. */
const HELD_BACK = 20_000

/** Twice what RUNNEL_FLUSH_INTERVAL may be: no server that collects events on purpose explains it. */
const HELD_BACK_LONG = 200_000

/** Counts the events of one read that were due long before another one of it. All times are in microseconds. */
export class HeldBackEvents {
  readonly #tally: TallyRecorder
  readonly #punctualSince: (now: number) => number
  /** Of this read, in the order in which they came. */
  readonly #dues: number[] = []
  /** Of these, those that are known to be held back. */
  #held = 0
  #heldLong = 0

  /** `punctualSince`: since when this process reads in time, seen from a time. What came before waited for the process. */
  constructor(tally: TallyRecorder, punctualSince: (now: number) => number) {
    this.#tally = tally
    this.#punctualSince = punctualSince
  }

  /** A read begins. */
  reset(): void {
    this.#dues.length = 0
    this.#held = 0
    this.#heldLong = 0
  }

  add(due: number, readAt: number): void {
    this.#held = this.#countUpTo(due - HELD_BACK, this.#held, 'heldBack', readAt)
    this.#heldLong = this.#countUpTo(due - HELD_BACK_LONG, this.#heldLong, 'heldBackLong', readAt)
    this.#dues.push(due)
  }

  /** Returns how many events were due by `latest`; those after the first `known` ones are counted. */
  #countUpTo(
    latest: number,
    known: number,
    name: 'heldBack' | 'heldBackLong',
    readAt: number,
  ): number {
    let count = known
    for (; count < this.#dues.length && this.#dues[count]! <= latest; count++) {
      if (this.#dues[count]! >= this.#punctualSince(readAt)) this.#tally.counts[name]++
    }
    return count
  }
}

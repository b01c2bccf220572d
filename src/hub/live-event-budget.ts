import { Deque } from '../lib/deque.ts'

/** Holds events until they are delivered, and can let go of the oldest. */
export interface LiveHolder {
  /** Offset before its first event. */
  readonly base: number
  /** Grows when it was emptied: its offsets may be lower than those that it held. */
  readonly era: number
  /** Lets go of all events up to this offset; frees their bytes. */
  dropThrough(offset: number): void
}

/** One addition to a holder. */
interface Addition {
  readonly holder: LiveHolder
  readonly era: number
  readonly last: number
}

/**
 * A bound on the live events that a process holds, all channels together. Live delivery never waits for
 * room: the oldest events leave, whatever their channel, and who has not got them reads them from the log.
 */
export class LiveEventBudget {
  readonly #limit: number
  readonly #additions = new Deque<Addition>()
  #used = 0

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get used(): number {
    return this.#used
  }

  /** Additions that are remembered. */
  get size(): number {
    return this.#additions.length
  }

  /** To be called when a holder has taken events up to an offset, once for all of them. */
  add(holder: LiveHolder, last: number, bytes: number): void {
    this.#used += bytes
    this.#additions.push({ holder, era: holder.era, last })
    for (;;) {
      const oldest = this.#additions.at(0)
      if (oldest === undefined) return
      const { holder: held, era } = oldest
      const isGone = held.era !== era || held.base >= oldest.last
      // The newest stays whatever its size, or it could never be delivered.
      if (!isGone && (this.#used <= this.#limit || this.#additions.length === 1)) return
      this.#additions.shift()
      if (!isGone) held.dropThrough(oldest.last)
    }
  }

  free(bytes: number): void {
    this.#used -= bytes
  }
}

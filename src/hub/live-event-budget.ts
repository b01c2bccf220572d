import { Deque } from '../lib/deque.ts'

/** Holds events until they are delivered, and can drop the oldest. */
export interface EventHolder {
  /** Offset before its first event. */
  readonly base: number
  /** Grows when the holder is emptied: its offsets may be lower afterwards. */
  readonly generation: number
  /** Drops all events up to this offset, and frees their bytes. */
  dropThrough(offset: number): void
}

/** Events added to a holder, up to the offset `last`. */
interface Addition {
  readonly holder: EventHolder
  readonly generation: number
  readonly last: number
}

/**
 * A bound on the live events that a process holds, all channels together. Live delivery never waits for
 * room: the oldest events leave, whatever their channel, and subscribers that have not got them yet read them
 * from the log.
 */
export class LiveEventBudget {
  readonly limit: number
  readonly #additions = new Deque<Addition>()
  #used = 0
  #added = 0

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.limit = limit
  }

  /** Bytes of all events so far, also of those that have left. */
  get added(): number {
    return this.#added
  }

  get used(): number {
    return this.#used
  }

  /** Additions that are remembered. */
  get size(): number {
    return this.#additions.length
  }

  /** To be called once a holder has taken events up to an offset, with their size together. */
  add(holder: EventHolder, last: number, bytes: number): void {
    this.#used += bytes
    this.#added += bytes
    this.#additions.push({ holder, generation: holder.generation, last })
    for (;;) {
      const oldest = this.#additions.at(0)
      if (oldest === undefined) return
      const { holder: held, generation } = oldest
      const isGone = held.generation !== generation || held.base >= oldest.last
      // The newest addition stays whatever its size, or it could never be delivered.
      if (!isGone && (this.#used <= this.limit || this.#additions.length === 1)) return
      this.#additions.shift()
      if (!isGone) held.dropThrough(oldest.last)
    }
  }

  free(bytes: number): void {
    this.#used -= bytes
  }
}

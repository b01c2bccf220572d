import { epochAt, type History } from '../log/history.ts'

/** Forks that are remembered for subscribers that have not been told of them yet. */
const MAX_HISTORIES = 16
/** Stands for the epoch of a history that is forgotten; no log knows it. */
const FORGOTTEN_EPOCH = '00000000'

/** Histories that forked away from a channel, by generation: subscribers still hold offsets in them. */
export class ForkedHistories {
  readonly #histories = new Map<number, History>()

  /** Generations rise by one. */
  add(generation: number, history: History): void {
    this.#histories.set(generation, history)
    if (this.#histories.size > MAX_HISTORIES) this.#histories.delete(generation - MAX_HISTORIES)
  }

  /** The epoch of an offset in that generation. */
  epochAt(offset: number, generation: number): string {
    const history = this.#histories.get(generation)
    // Another history could give the offset's position to an event that the client has never seen.
    return history === undefined ? FORGOTTEN_EPOCH : epochAt(history, offset)
  }
}

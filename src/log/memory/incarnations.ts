import { randomId } from '../../lib/random-id.ts'
import { FORGET_AFTER } from '../retention.ts'

/**
 * The names of the whole log's present and previous incarnation. A channel that was never written stands at
 * offset 0 of the present one. A client that comes back with a forgotten incarnation gets a gap, since the
 * channel may have been written and forgotten meanwhile.
 */
export class Incarnations {
  #current = randomId(8)
  #previous: string | undefined
  #startedAt: number

  constructor(now: number) {
    this.#startedAt = now
  }

  known(now: number): readonly string[] {
    const age = now - this.#startedAt
    if (age >= FORGET_AFTER / 2) {
      this.#previous = age >= FORGET_AFTER ? undefined : this.#current
      this.#current = randomId(8)
      // Not simply `now`: a late call must not extend the life of the previous incarnation.
      this.#startedAt = age >= FORGET_AFTER ? now : this.#startedAt + FORGET_AFTER / 2
    }
    return this.#previous === undefined ? [this.#current] : [this.#current, this.#previous]
  }
}

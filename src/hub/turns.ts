/** Writes to sockets in one turn of the event loop: about 2 ms of them, so that a health request that
 * arrives during a large fan-out does not wait for all of it. */
const WRITES_PER_TURN = 250

/** Something with bytes to write. */
export interface Turn {
  /** Does up to `budget` writes and returns how many; adds itself again if it has more. */
  takeTurn(budget: number): number
}

/**
 * Shares the event loop between groups and subscribers with bytes to write, first come, first served.
 * What was added during one tick is written in the next one: events of the same tick coalesce by that.
 */
export class Turns {
  #waiting = new Set<Turn>()
  #isArmed = false

  /** Adding what waits already does nothing. */
  add(turn: Turn): void {
    this.#waiting.add(turn)
    if (this.#isArmed) return
    this.#isArmed = true
    setImmediate(this.#run)
  }

  readonly #run = (): void => {
    this.#isArmed = false
    const turns = this.#waiting
    this.#waiting = new Set()
    let budget = WRITES_PER_TURN
    for (const turn of turns) {
      if (budget > 0) budget -= turn.takeTurn(budget)
      else this.add(turn)
    }
  }
}

/** Writes to sockets in one turn of the event loop: about 2 ms of them, so that a health request that
 * arrives during a large fan-out does not wait for all of it. */
const WRITES_PER_TURN = 250

/** Something with bytes to write. */
export interface ScheduledWriter {
  /** Does up to `budget` writes and returns how many; adds itself again if it has more. */
  takeTurn(budget: number): number
}

/**
 * Shares the event loop between groups and subscribers with bytes to write, first come, first served.
 * What was added during one tick is written in the next one: events of the same tick coalesce by that.
 */
export class WriteScheduler {
  readonly #waiting = new Set<ScheduledWriter>()
  #isArmed = false

  /** Adding what waits already does nothing. */
  add(turn: ScheduledWriter): void {
    this.#waiting.add(turn)
    this.#arm()
  }

  #arm(): void {
    if (this.#isArmed) return
    this.#isArmed = true
    setImmediate(this.#run)
  }

  readonly #run = (): void => {
    this.#isArmed = false
    let budget = WRITES_PER_TURN
    let turns = this.#waiting.size
    // What adds itself again goes to the end, behind those that this run does not reach: else a large
    // group that always has more to write would keep everyone else waiting.
    for (const turn of this.#waiting) {
      if (turns-- === 0 || budget <= 0) break
      this.#waiting.delete(turn)
      budget -= turn.takeTurn(budget)
    }
    if (this.#waiting.size > 0) this.#arm()
  }
}

/** Writes to sockets in one turn of the event loop: about 2 ms of work, so that a health request during a
 * large fan-out does not wait for all of it. */
const WRITES_PER_TURN = 250

/** A group or subscriber with bytes to write. */
export interface ScheduledWriter {
  /** Does up to `budget` writes and returns how many; adds itself again if it has more. */
  takeTurn(budget: number): number
}

/**
 * Shares the event loop between writers, first come, first served. Writers added during one tick run in the
 * next one, so that the events of a tick share a write.
 */
export class WriteScheduler {
  readonly #waiting = new Set<ScheduledWriter>()
  #isArmed = false

  /** Does nothing for a writer that waits already. */
  add(writer: ScheduledWriter): void {
    this.#waiting.add(writer)
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
    let writersLeft = this.#waiting.size
    // A writer that adds itself again goes to the end, and waits for the next run: a large group that always
    // has more to write would else starve the others.
    for (const writer of this.#waiting) {
      if (writersLeft-- === 0 || budget <= 0) break
      this.#waiting.delete(writer)
      budget -= writer.takeTurn(budget)
    }
    if (this.#waiting.size > 0) this.#arm()
  }
}

export interface StreamHolder {
  readonly streams: Set<Client>
}

/** A subscriber that wants one stream for as long as it is there. */
export class Client {
  /** Undefined while it waits. */
  pod: StreamHolder | undefined
  /** Attempts in a row that met no pod. */
  failures = 0
  /** Has had a stream before. */
  hasBeenServed = false
  /** Grows with every change of its state. What was planned for an earlier one is void. */
  #turn = 0

  get turn(): number {
    return this.#turn
  }

  /** Ends what was planned for it. */
  turnOver(): number {
    return ++this.#turn
  }
}

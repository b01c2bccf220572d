/** Counts deliveries for who waits for a number of them. */
export class DeliveryCounter {
  count = 0
  #wanted = Number.POSITIVE_INFINITY
  #arrive: (() => void) | undefined

  add(): void {
    this.count++
    if (this.count >= this.#wanted) this.#arrive?.()
  }

  /** Rejects if fewer come within so many seconds. */
  async reach(wanted: number, seconds: number): Promise<void> {
    if (this.count >= wanted) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#wanted = wanted
    this.#arrive = resolve
    const timer = setTimeout(() => {
      const missing = wanted - this.count
      reject(new Error(`expected all events to arrive, ${missing} deliveries are missing`))
    }, seconds * 1_000)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#wanted = Number.POSITIVE_INFINITY
      this.#arrive = undefined
    }
  }
}

/** Ends a test that would hang, in ms; it says nothing about how fast anything must be. */
const PATIENCE = 20_000

/** Lets tests wait for a state that something else brings about and reports. */
export class ConditionVariable {
  #next = Promise.withResolvers<void>()

  /** To be called after every change of the state. */
  report(): void {
    const { resolve } = this.#next
    this.#next = Promise.withResolvers()
    resolve()
  }

  /** Asks again after each change, and resolves with the first answer that is not undefined. */
  async until<T>(ask: () => T | undefined, describe: () => string): Promise<T> {
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      patience.reject(new Error(describe()))
    }, PATIENCE)
    try {
      for (;;) {
        const { promise } = this.#next
        const answer = ask()
        if (answer !== undefined) return answer
        await Promise.race([promise, patience.promise])
      }
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Milliseconds after which a test that would hang fails. It is no limit for the speed of anything. */
const PATIENCE = 45_000

/** Lets a test wait until a state has changed as it expects. */
export class ConditionVariable {
  #next = Promise.withResolvers<void>()

  /** Must be called after every change of the state. */
  report(): void {
    const { resolve } = this.#next
    this.#next = Promise.withResolvers()
    resolve()
  }

  /** Calls `ask` at once and after each change, and resolves with the first answer that is not undefined. */
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

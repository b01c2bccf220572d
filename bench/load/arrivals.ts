import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** Counts the deliveries on all streams together. */
export class Arrivals {
  #total = 0
  #latencies: RecordableHistogram | undefined
  #wanted = Number.POSITIVE_INFINITY
  #arrive: (() => void) | undefined
  readonly #failed: Promise<never>
  readonly #reject: (error: Error) => void

  constructor() {
    const { promise, reject } = Promise.withResolvers<never>()
    // A failure is kept for the next call of `reach`.
    promise.catch(() => undefined)
    this.#failed = promise
    this.#reject = reject
  }

  get total(): number {
    return this.#total
  }

  /** Starts a fresh histogram of latencies, in microseconds, and returns it. */
  recordLatencies(): RecordableHistogram {
    this.#latencies = createHistogram()
    return this.#latencies
  }

  /** `stamp` and `now` in microseconds. */
  add(stamp: number, now: number): void {
    this.#total++
    // A timer may fire a moment early, and the histogram takes nothing below 1.
    this.#latencies?.record(Math.max(1, Math.round(now - stamp)))
    if (this.#total >= this.#wanted) this.#arrive?.()
  }

  /** Reports a broken stream, after which no count can be right. */
  fail(error: Error): void {
    this.#reject(error)
  }

  /** Resolves once this many have arrived. Rejects if a stream breaks, or after `limit` ms. */
  async reach(wanted: number, limit: number): Promise<void> {
    if (this.#total >= wanted) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#wanted = wanted
    this.#arrive = resolve
    const timer = setTimeout(() => {
      const missing = wanted - this.#total
      reject(new Error(`expected ${wanted} deliveries, ${missing} of them never arrived`))
    }, limit)
    try {
      await Promise.race([promise, this.#failed])
    } finally {
      clearTimeout(timer)
      this.#wanted = Number.POSITIVE_INFINITY
      this.#arrive = undefined
    }
  }
}

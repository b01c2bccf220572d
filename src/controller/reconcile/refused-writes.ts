import { isDeepStrictEqual } from 'node:util'
import { ClusterError } from '../cluster/cluster-error.ts'
import { backoff } from '../runtime/backoff.ts'
import { monotonicClock, type Clock } from '../runtime/clock.ts'

/** In ms. People who mend what was refused see it taken up within the longest pause. */
const BACKOFF = { first: 2_000, longest: 60_000 }

interface Refusal {
  readonly content: unknown
  readonly error: ClusterError
  readonly failures: number
  /** By the clock. */
  readonly until: number
}

/**
 * Holds back writes that the API server has refused, for longer each time: fleets are planned every few seconds, and
 * each plan asks for the same. A write with other content is sent at once.
 */
export class RefusedWrites {
  readonly #clock: Clock
  readonly #refusals = new Map<string, Refusal>()

  constructor(clock: Clock = monotonicClock) {
    this.#clock = clock
  }

  /** Sends a write, or rejects with the error of the last time. `name` says what it is for. */
  async send<T>(name: string, content: unknown, write: () => Promise<T>): Promise<T> {
    const before = this.#refusals.get(name)
    const last = isDeepStrictEqual(before?.content, content) ? before : undefined
    if (last !== undefined && this.#clock.now() < last.until) throw last.error
    try {
      const written = await write()
      this.#refusals.delete(name)
      return written
    } catch (error) {
      if (isRefusal(error)) this.#note(name, content, error, (last?.failures ?? 0) + 1)
      throw error
    }
  }

  #note(name: string, content: unknown, error: ClusterError, failures: number): void {
    const now = this.#clock.now()
    // What is not asked for again, such as the cost of a pod that is gone, leaves its entry behind.
    for (const [other, { until }] of this.#refusals) {
      if (until + BACKOFF.longest < now) this.#refusals.delete(other)
    }
    this.#refusals.set(name, {
      content,
      error,
      failures,
      until: now + backoff(failures, BACKOFF, error),
    })
  }
}

/** The API server refused a request, and goes on to do so until somebody changes something. */
export function isRefusal(error: unknown): error is ClusterError {
  return error instanceof ClusterError && !error.isTransient
}

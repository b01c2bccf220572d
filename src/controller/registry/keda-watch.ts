import type { Cluster } from '../cluster/cluster.ts'
import { SCALED_OBJECT } from '../objects/children.ts'
import { backoff } from '../runtime/backoff.ts'
import { monotonicClock, sleep, type Clock } from '../runtime/clock.ts'

export interface KedaWatchOptions {
  readonly cluster: Pick<Cluster, 'serves'>
  /** KEDA has come into the cluster, or left it. */
  readonly onChange: (isServed: boolean) => void
  readonly onError: (error: unknown) => void
  readonly clock?: Clock
}

/** In ms. KEDA is installed once in the life of a cluster. */
const CHECK_INTERVAL = 60_000
/** In ms. */
const BACKOFF = { first: 1_000, longest: CHECK_INTERVAL }

/** Looks whether the cluster has KEDA, now and then again: kinds that come and go cannot be watched. */
export class KedaWatch {
  readonly #options: KedaWatchOptions
  readonly #clock: Clock
  readonly #closing = new AbortController()
  readonly #known = Promise.withResolvers<void>()
  #isServed: boolean | undefined
  #failures = 0
  #problem: unknown

  constructor(options: KedaWatchOptions) {
    this.#options = options
    this.#clock = options.clock ?? monotonicClock
  }

  /** Undefined until the API server has said so. A failure later leaves what it said last. */
  get isServed(): boolean | undefined {
    return this.#isServed
  }

  /** Why the last look failed; undefined if it did not. */
  get problem(): unknown {
    return this.#problem
  }

  /** Resolves once it is known, or `close` ends the wait. */
  async start(): Promise<void> {
    void this.#run()
    await this.#known.promise
  }

  close(): void {
    this.#closing.abort()
    this.#known.resolve()
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      const pause = await this.#look()
      await sleep(this.#clock, pause, signal)
    }
  }

  /** Resolves to the ms until the next look. */
  async #look(): Promise<number> {
    const { cluster, onChange, onError } = this.#options
    try {
      const isServed = await cluster.serves(SCALED_OBJECT)
      this.#problem = undefined
      this.#failures = 0
      if (this.#closing.signal.aborted) return 0
      if (isServed !== (this.#isServed ?? false)) onChange(isServed)
      this.#isServed = isServed
      this.#known.resolve()
      return CHECK_INTERVAL
    } catch (error) {
      if (this.#closing.signal.aborted) return 0
      this.#problem = error
      this.#failures++
      onError(error)
      return backoff(this.#failures, BACKOFF, error)
    }
  }
}

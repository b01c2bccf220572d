import { backoff, type BackoffBounds } from './backoff.ts'
import { monotonicClock, type Clock } from './clock.ts'
import type { QueueObserver } from './runtime-observer.ts'
import { TokenBucket, type TokenRate } from '../../lib/token-bucket.ts'

export interface WorkQueueOptions {
  /** Does the work for a key. If it rejects, the key is tried again after a back-off. */
  readonly work: (key: string) => Promise<void>
  readonly observer: QueueObserver
  /** Keys that are worked on at once. */
  readonly concurrency?: number
  readonly backoff?: BackoffBounds
  /** How often work begins, over all keys: the last line of defence of the API server. */
  readonly rate?: TokenRate
  readonly clock?: Clock
}

const BACKOFF: BackoffBounds = { first: 5, longest: 16 * 60_000 }
const RATE: TokenRate = { burst: 100, perSecond: 10 }

/**
 * Works on keys, never on one key twice at the same time. A key that is added while it waits is worked on
 * once; one that is added during its work is worked on again afterwards. Keys may be added before the start.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions
  readonly #clock: Clock
  readonly #bucket: TokenBucket
  /** In the order in which they were added. */
  readonly #waiting = new Set<string>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #delayed = new Map<string, { readonly at: number; readonly cancel: () => void }>()
  readonly #failures = new Map<string, number>()
  #state: 'new' | 'open' | 'closed' = 'new'
  #cancelRefill: (() => void) | undefined

  constructor(options: WorkQueueOptions) {
    this.#options = options
    this.#clock = options.clock ?? monotonicClock
    this.#bucket = new TokenBucket(options.rate ?? RATE, this.#clock)
  }

  /** Keys that could be worked on and are not yet. */
  get depth(): number {
    return this.#waiting.size
  }

  start(): void {
    if (this.#state !== 'new') return
    this.#state = 'open'
    this.#workOnNext()
  }

  /** Drops what waits, and resolves when the work that has begun is done. */
  async close(): Promise<void> {
    this.#state = 'closed'
    this.#waiting.clear()
    for (const key of this.#delayed.keys()) this.#cancelDelayed(key)
    this.#cancelRefill?.()
    await Promise.all(this.#running.values())
  }

  add(key: string): void {
    if (this.#state === 'closed' || this.#waiting.has(key)) return
    this.#waiting.add(key)
    this.#options.observer.enqueued(key)
    this.#workOnNext()
  }

  /** Adds a key in so many ms. The earliest of several times counts, and work before it makes it void. */
  addAfter(key: string, delay: number): void {
    if (this.#state === 'closed') return
    const at = this.#clock.now() + delay
    const earlier = this.#delayed.get(key)
    if (earlier !== undefined && earlier.at <= at) return
    this.#cancelDelayed(key)
    const cancel = this.#clock.after(delay, () => {
      this.#delayed.delete(key)
      this.add(key)
    })
    this.#delayed.set(key, { at, cancel })
  }

  #workOnNext(): void {
    const { concurrency = 1 } = this.#options
    while (this.#state === 'open' && this.#running.size < concurrency) {
      const key = this.#findReady()
      if (key === undefined) return
      if (!this.#bucket.take()) return this.#waitForToken()
      this.#waiting.delete(key)
      this.#cancelDelayed(key)
      this.#running.set(key, this.#workOn(key))
    }
  }

  #findReady(): string | undefined {
    for (const key of this.#waiting) if (!this.#running.has(key)) return key
    return undefined
  }

  #waitForToken(): void {
    this.#cancelRefill ??= this.#clock.after(this.#bucket.wait, () => {
      this.#cancelRefill = undefined
      this.#workOnNext()
    })
  }

  async #workOn(key: string): Promise<void> {
    const { work, observer } = this.#options
    const startedAt = this.#clock.now()
    // The turn ends first, so that work never runs within the call that added its key.
    await Promise.resolve()
    try {
      await work(key)
      this.#failures.delete(key)
      observer.worked(key, this.#clock.now() - startedAt, 'succeeded')
    } catch (error) {
      observer.worked(key, this.#clock.now() - startedAt, 'failed')
      this.#retry(key, error)
    }
    this.#running.delete(key)
    this.#workOnNext()
  }

  #retry(key: string, error: unknown): void {
    if (this.#state === 'closed') return
    const failures = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failures)
    const delay = backoff(failures, this.#options.backoff ?? BACKOFF, error)
    this.#options.observer.retrying(key, error, delay)
    this.addAfter(key, delay)
  }

  #cancelDelayed(key: string): void {
    this.#delayed.get(key)?.cancel()
    this.#delayed.delete(key)
  }
}

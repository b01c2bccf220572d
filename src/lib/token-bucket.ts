export interface TokenRate {
  /** Tokens that a full bucket holds. */
  readonly burst: number
  readonly perSecond: number
}

/** Any clock that only moves forward, such as `performance`. */
interface Clock {
  /** In ms, from an arbitrary start. */
  now(): number
}

/** Limits how often something is done, and allows short bursts. */
export class TokenBucket {
  readonly #rate: TokenRate
  readonly #clock: Clock
  #tokens: number
  #countedAt: number

  constructor(rate: TokenRate, clock: Clock) {
    this.#rate = rate
    this.#clock = clock
    this.#tokens = rate.burst
    this.#countedAt = clock.now()
  }

  get isFull(): boolean {
    return this.#count() === this.#rate.burst
  }

  /** Milliseconds until there is a token. */
  get wait(): number {
    return Math.max(0, Math.ceil(((1 - this.#count()) / this.#rate.perSecond) * 1_000))
  }

  take(): boolean {
    if (this.#count() < 1) return false
    this.#tokens--
    return true
  }

  #count(): number {
    const now = this.#clock.now()
    const { burst, perSecond } = this.#rate
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#countedAt) / 1_000) * perSecond)
    this.#countedAt = now
    return this.#tokens
  }
}

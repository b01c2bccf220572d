/** How long others wait before a claim is revoked, and how long it may be used before that, in ms. */
const PATIENCE = 1_000
/** How often waiting claims are looked at, in ms, besides whenever memory is given back. */
const LOOK_INTERVAL = 100
/** How long what nobody uses is kept, in ms: those who come with the same cursor find it. */
const KEEP_IDLE = 5_000

export type LetGo = () => boolean

/** Memory that somebody holds. Whoever made the claim gives it back with `release`. */
export interface Claim {
  readonly bytes: number
  /** The memory is needed elsewhere. Returns whether all that it holds was let go. Must not throw. */
  readonly letGo: LetGo
}

/** `since`: `performance.now()` when it came into its state. */
interface HeldClaim extends Claim {
  bytes: number
  since: number
}

interface Waiter {
  readonly bytes: number
  readonly letGo: LetGo
  readonly since: number
  readonly resolve: (claim: Claim | undefined) => void
}

/**
 * A bound on what a process holds for its readers, who wait in line where there is no room. What nobody
 * uses goes first. When others have waited for a second, so does what was used longest, if for a second
 * at least and its holder lets it go. What is larger than the whole is granted when nothing else is held,
 * or it could never be delivered.
 */
export class MemoryBudget {
  readonly #limit: number
  #used = 0
  /** In the order in which they came into their state; a claim that is still being filled is in neither. */
  readonly #inUse = new Set<HeldClaim>()
  readonly #idle = new Set<HeldClaim>()
  readonly #claims = new Map<Claim, HeldClaim>()
  readonly #waiting = new Set<Waiter>()
  #timer: NodeJS.Timeout | undefined
  #isServing = false

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes held now. */
  get used(): number {
    return this.#used
  }

  /** Undefined where there is no room at once, or others wait. */
  tryClaim(bytes: number, letGo: LetGo): Claim | undefined {
    if (this.#waiting.size > 0 || !this.#makeRoom(bytes, Number.NEGATIVE_INFINITY)) return undefined
    return this.#grant(bytes, letGo)
  }

  /** Waits for its turn; resolves to undefined if the signal ends the waiting. */
  async claim(bytes: number, letGo: LetGo, signal?: AbortSignal): Promise<Claim | undefined> {
    const claim = this.tryClaim(bytes, letGo)
    if (claim !== undefined || signal?.aborted === true) return claim
    const { promise, resolve } = Promise.withResolvers<Claim | undefined>()
    const waiter = { bytes, letGo, since: performance.now(), resolve }
    this.#waiting.add(waiter)
    const giveUp = () => {
      this.#waiting.delete(waiter)
      resolve(undefined)
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    this.#serve()
    const granted = await promise
    signal?.removeEventListener('abort', giveUp)
    return granted
  }

  /** The claim is filled, with so many bytes. From now on it may be revoked. */
  fill(claim: Claim, bytes: number): void {
    const held = this.#claims.get(claim)
    if (held === undefined) return
    this.#used += bytes - held.bytes
    held.bytes = bytes
    this.#enter(this.#inUse, held)
    this.#serve()
  }

  /** Nobody uses it for now. */
  rest(claim: Claim): void {
    const held = this.#claims.get(claim)
    if (held === undefined) return
    this.#inUse.delete(held)
    this.#enter(this.#idle, held)
    this.#serve()
  }

  /** Somebody uses what was at rest. */
  use(claim: Claim): void {
    const held = this.#claims.get(claim)
    if (held !== undefined && this.#idle.delete(held)) this.#enter(this.#inUse, held)
  }

  /** Harmless after a revocation, and twice. */
  release(claim: Claim): void {
    const held = this.#claims.get(claim)
    if (held === undefined) return
    this.#remove(held)
    this.#serve()
  }

  /** Lets go of what nobody has used for a while; to be called about once a second. */
  evictIdle(now: number): void {
    for (const held of this.#idle) {
      if (held.since > now - KEEP_IDLE) return
      this.#reclaim(held)
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const { resolve } of this.#waiting) resolve(undefined)
    this.#waiting.clear()
  }

  #enter(state: Set<HeldClaim>, held: HeldClaim): void {
    held.since = performance.now()
    state.add(held)
  }

  #grant(bytes: number, letGo: LetGo): Claim {
    const held = { bytes, letGo, since: performance.now() }
    this.#used += bytes
    this.#claims.set(held, held)
    return held
  }

  #remove(held: HeldClaim): void {
    this.#claims.delete(held)
    this.#inUse.delete(held)
    this.#idle.delete(held)
    this.#used -= held.bytes
  }

  #reclaim(held: HeldClaim): boolean {
    const isGone = held.letGo()
    if (isGone) this.#remove(held)
    return isGone
  }

  /** Whether there is room for so many bytes, once what is used since before `revocable` has gone. */
  #makeRoom(bytes: number, revocable: number): boolean {
    const isShort = () => this.#used > 0 && this.#used + bytes > this.#limit
    for (const idle of this.#idle) {
      if (!isShort()) break
      this.#reclaim(idle)
    }
    for (const used of this.#inUse) {
      if (!isShort() || used.since > revocable) break
      this.#reclaim(used)
    }
    return !isShort()
  }

  #serve(): void {
    // A revocation gives back more, and would serve the same waiter twice.
    if (this.#isServing) return
    this.#isServing = true
    const before = performance.now() - PATIENCE
    for (const waiter of this.#waiting) {
      const revocable = waiter.since <= before ? before : Number.NEGATIVE_INFINITY
      if (!this.#makeRoom(waiter.bytes, revocable)) break
      this.#waiting.delete(waiter)
      waiter.resolve(this.#grant(waiter.bytes, waiter.letGo))
    }
    this.#isServing = false
    if (this.#waiting.size > 0) this.#lookSoon()
  }

  #lookSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#serve()
    }, LOOK_INTERVAL).unref()
  }
}

/**
 * How long a request for memory waits before reservations in use are revoked for it, and how long each of
 * those must have been in use, in ms.
 */
const REVOKE_AFTER = 1_000
/** How often waiting requests are served, in ms, besides whenever memory is freed. */
const SERVE_INTERVAL = 100
/** How long an idle reservation is kept, in ms: readers that come with the same cursor use it again. */
const KEEP_IDLE = 5_000

/** Frees the memory of a reservation for others. Returns whether all of it was freed. Must not throw. */
export type Revoke = () => boolean

/** Memory that a reader may fill, until it calls `release` or the reservation is revoked. */
export interface Reservation {
  readonly bytes: number
  readonly revoke: Revoke
}

/** `since`: `performance.now()` when it came into its state. */
interface HeldReservation extends Reservation {
  bytes: number
  since: number
}

interface Waiter {
  readonly bytes: number
  readonly revoke: Revoke
  readonly since: number
  readonly resolve: (reservation: Reservation | undefined) => void
}

/**
 * Bounds the memory that a process spends on its readers, which wait in line where there is no room. Idle
 * reservations are revoked first. When a request has waited for a second, the reservation that was in use
 * longest is revoked, too, if it was for a second at least and its holder agrees. A request beyond the whole
 * budget is granted when nothing else is held, or its event could never be delivered.
 */
export class MemoryBudget {
  readonly #limit: number
  #used = 0
  /** In the order in which they came into their state. A reservation that is being filled is in neither. */
  readonly #inUse = new Set<HeldReservation>()
  readonly #idle = new Set<HeldReservation>()
  readonly #held = new Map<Reservation, HeldReservation>()
  readonly #waiting = new Set<Waiter>()
  #timer: NodeJS.Timeout | undefined
  #isServing = false

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes reserved now. */
  get used(): number {
    return this.#used
  }

  /** Undefined where there is no room at once, or requests wait. */
  tryReserve(bytes: number, revoke: Revoke): Reservation | undefined {
    if (this.#waiting.size > 0 || !this.#makeRoom(bytes, Number.NEGATIVE_INFINITY)) return undefined
    return this.#grant(bytes, revoke)
  }

  /**
   * Memory that nobody needs now, for what only saves work: idle from the start, and revoked as soon as it is needed.
   * Undefined where there is none.
   */
  reserveSpare(bytes: number, revoke: Revoke): Reservation | undefined {
    if (this.#waiting.size > 0 || this.#used + bytes > this.#limit) return undefined
    const held = this.#grant(bytes, revoke)
    this.#enter(this.#idle, held)
    return held
  }

  /** Waits in line for room. Resolves to undefined if the deadline ends the waiting. */
  async reserve(
    bytes: number,
    revoke: Revoke,
    deadline?: AbortSignal,
  ): Promise<Reservation | undefined> {
    const reservation = this.tryReserve(bytes, revoke)
    if (reservation !== undefined || deadline?.aborted === true) return reservation
    const { promise, resolve } = Promise.withResolvers<Reservation | undefined>()
    const waiter = { bytes, revoke, since: performance.now(), resolve }
    this.#waiting.add(waiter)
    const giveUp = () => {
      this.#waiting.delete(waiter)
      resolve(undefined)
    }
    deadline?.addEventListener('abort', giveUp, { once: true })
    this.#serve()
    const granted = await promise
    deadline?.removeEventListener('abort', giveUp)
    return granted
  }

  /** The memory is filled, with so many bytes, and in use. From this call on it may be revoked. */
  fill(reservation: Reservation, bytes: number): void {
    const held = this.#held.get(reservation)
    if (held === undefined) return
    this.#used += bytes - held.bytes
    held.bytes = bytes
    this.#enter(this.#inUse, held)
    this.#serve()
  }

  /** The memory is not in use, but may be again. */
  markIdle(reservation: Reservation): void {
    const held = this.#held.get(reservation)
    if (held === undefined) return
    this.#inUse.delete(held)
    this.#enter(this.#idle, held)
    this.#serve()
  }

  /** The idle memory is in use again. */
  markUsed(reservation: Reservation): void {
    const held = this.#held.get(reservation)
    if (held !== undefined && this.#idle.delete(held)) this.#enter(this.#inUse, held)
  }

  /** Harmless after a revocation, and twice. */
  release(reservation: Reservation): void {
    const held = this.#held.get(reservation)
    if (held === undefined) return
    this.#remove(held)
    this.#serve()
  }

  /** Revokes reservations that are idle for a while. To be called about once a second. */
  evictIdle(now: number): void {
    for (const held of this.#idle) {
      if (held.since > now - KEEP_IDLE) return
      this.#revoke(held)
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const { resolve } of this.#waiting) resolve(undefined)
    this.#waiting.clear()
  }

  #enter(state: Set<HeldReservation>, held: HeldReservation): void {
    held.since = performance.now()
    state.add(held)
  }

  #grant(bytes: number, revoke: Revoke): HeldReservation {
    const held = { bytes, revoke, since: performance.now() }
    this.#used += bytes
    this.#held.set(held, held)
    return held
  }

  #remove(held: HeldReservation): void {
    this.#held.delete(held)
    this.#inUse.delete(held)
    this.#idle.delete(held)
    this.#used -= held.bytes
  }

  #revoke(held: HeldReservation): boolean {
    const isFreed = held.revoke()
    if (isFreed) this.#remove(held)
    return isFreed
  }

  /** Whether there is room for so many bytes, once reservations in use since before `revocable` are revoked. */
  #makeRoom(bytes: number, revocable: number): boolean {
    const isShort = () => this.#used > 0 && this.#used + bytes > this.#limit
    for (const idle of this.#idle) {
      if (!isShort()) break
      this.#revoke(idle)
    }
    for (const used of this.#inUse) {
      if (!isShort() || used.since > revocable) break
      this.#revoke(used)
    }
    return !isShort()
  }

  #serve(): void {
    // A revocation may release other reservations, and would serve the same waiter twice.
    if (this.#isServing) return
    this.#isServing = true
    const before = performance.now() - REVOKE_AFTER
    for (const waiter of this.#waiting) {
      const revocable = waiter.since <= before ? before : Number.NEGATIVE_INFINITY
      if (!this.#makeRoom(waiter.bytes, revocable)) break
      this.#waiting.delete(waiter)
      waiter.resolve(this.#grant(waiter.bytes, waiter.revoke))
    }
    this.#isServing = false
    if (this.#waiting.size > 0) this.#serveSoon()
  }

  #serveSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#serve()
    }, SERVE_INTERVAL).unref()
  }
}

import type { LogEvent, ReadRange } from '../log/event-log.ts'
import { EVENT_OVERHEAD, sizeOfAll } from './event-size.ts'
import { Page } from './page.ts'
import type { MemoryBudget, Reservation, Revoke } from './memory-budget.ts'

/** A deadline for requests that do not wait for room. */
export const NO_WAIT = AbortSignal.abort()

/** The memory for pages, and how large each may be. */
export interface PageLimits {
  readonly budget: MemoryBudget
  /** Most events of a page, and most bytes of their text. */
  readonly maxEvents: number
  readonly maxBytes: number
  /** Memory that the largest event takes, in bytes: a page has one event at least, whatever its size. */
  readonly largestEvent: number
}

export interface PageOptions {
  /** Divides the size of the page that is read, such as 16 for a sixteenth. */
  readonly share?: number
  /** Ends the waiting for memory. */
  readonly deadline?: AbortSignal | undefined
  /** Whether the page is still needed. */
  readonly isWanted?: () => boolean
}

interface PageRequest {
  readonly after: number
  readonly maxBytes: number
  readonly deadline: AbortSignal | undefined
  readonly isWanted: () => boolean
  readonly resolve: (page: Page | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * The pages of one channel that are in memory, shared by all its readers. One page is read at a time, and it
 * serves all requests whose event it has: a storm of reconnects reads the log once.
 */
export class PageCache {
  readonly #budget: MemoryBudget
  readonly #limits: PageLimits
  readonly #read: (range: ReadRange) => Promise<readonly LogEvent[]>
  readonly #pages = new Map<Page, Reservation>()
  readonly #requests = new Set<PageRequest>()
  #isReading = false
  #isShortOfMemory = false
  /** Grows when the offsets of all pages have lost their meaning. */
  #generation = 0

  /** `read` gives the events of the known history that follow an offset, if they are kept. */
  constructor(limits: PageLimits, read: (range: ReadRange) => Promise<readonly LogEvent[]>) {
    this.#budget = limits.budget
    this.#limits = limits
    this.#read = read
  }

  /**
   * The page with the event that follows an offset, to be paired with `release`. Undefined if the event was
   * trimmed or the history has forked, if the deadline ended while there was no room, and if the page is not
   * wanted any more when its turn comes. Rejects with the log's errors.
   */
  async acquire(
    after: number,
    { share = 1, deadline, isWanted = () => true }: PageOptions = {},
  ): Promise<Page | undefined> {
    const page = this.find(after)
    if (page !== undefined) return page
    const { promise, resolve, reject } = Promise.withResolvers<Page | undefined>()
    const maxBytes = Math.max(1, Math.floor(this.#limits.maxBytes / share))
    const request = { after, maxBytes, deadline, isWanted, resolve, reject }
    this.#requests.add(request)
    if (this.#isShortOfMemory) this.#endAtDeadline(request)
    if (!this.#isReading) void this.#serve()
    return promise
  }

  /** As `acquire`, of a page that is in memory; undefined if there is none. */
  find(after: number): Page | undefined {
    for (const page of this.#pages.keys()) {
      if (page.covers(after)) return this.#use(page)
    }
    return undefined
  }

  release(page: Page): void {
    page.users--
    const reservation = this.#pages.get(page)
    if (page.users === 0 && reservation !== undefined) this.#budget.markIdle(reservation)
  }

  /** Drops all pages: their offsets have lost their meaning, or the tail is closed. */
  clear(): void {
    this.#generation++
    for (const [page, reservation] of this.#pages) {
      page.drop()
      this.#budget.release(reservation)
    }
    this.#pages.clear()
  }

  #use(page: Page): Page {
    if (page.users++ === 0) this.#budget.markUsed(this.#pages.get(page)!)
    return page
  }

  async #serve(): Promise<void> {
    this.#isReading = true
    try {
      for (const request of this.#requests) {
        // Without this check, clients that leave at once would have the log read in vain.
        if (request.isWanted()) await this.#readFor(request)
        if (this.#requests.delete(request)) request.resolve(undefined)
      }
    } catch (error) {
      for (const { reject } of this.#requests) reject(error)
      this.#requests.clear()
    } finally {
      this.#isReading = false
    }
  }

  async #readFor(request: PageRequest): Promise<void> {
    // The page begins at the lowest waiting request from which it still reaches this one.
    const start = this.#lowestNear(request.after)
    await this.#readPage(start, request)
    if (start < request.after && this.#requests.has(request)) {
      await this.#readPage(request.after, request)
    }
  }

  #lowestNear(after: number): number {
    let lowest = after
    for (const request of this.#requests) {
      const isNear = request.after < lowest && request.after >= after - this.#limits.maxEvents
      if (isNear && request.isWanted()) lowest = request.after
    }
    return lowest
  }

  /** Reads a page, and resolves all requests for an event of it. */
  async #readPage(after: number, { maxBytes, deadline, isWanted }: PageRequest): Promise<void> {
    let page: Page | undefined
    const drop = () => {
      page?.drop()
      if (page !== undefined) this.#pages.delete(page)
      return true
    }
    const reservation = await this.#reserve(maxBytes, drop, deadline)
    if (reservation === undefined) return
    const generation = this.#generation
    try {
      // The client may have left while the request waited for room.
      if (!isWanted()) return
      const events = await this.#read({ after, maxEvents: this.#limits.maxEvents, maxBytes })
      if (events.length > 0 && generation === this.#generation) {
        page = new Page(events)
        this.#pages.set(page, reservation)
        this.#budget.fill(reservation, sizeOfAll(events))
      }
    } finally {
      if (page === undefined) this.#budget.release(reservation)
    }
    if (page === undefined) return
    for (const request of this.#requests) {
      if (!page.covers(request.after)) continue
      this.#requests.delete(request)
      request.resolve(this.#use(page))
    }
    if (page.users === 0) this.#budget.markIdle(reservation)
  }

  async #reserve(
    maxBytes: number,
    drop: Revoke,
    deadline: AbortSignal | undefined,
  ): Promise<Reservation | undefined> {
    // The most that a page can take: its size is known only when it is read.
    const { maxEvents, largestEvent } = this.#limits
    const most = Math.max(2 * maxBytes + maxEvents * EVENT_OVERHEAD, largestEvent)
    const reservation = this.#budget.tryReserve(most, drop)
    if (reservation !== undefined) return reservation
    this.#isShortOfMemory = true
    for (const request of this.#requests) this.#endAtDeadline(request)
    const granted = await this.#budget.reserve(most, drop, deadline)
    this.#isShortOfMemory = false
    return granted
  }

  /** Resolves a request without a page if its deadline ends while there is no room. */
  #endAtDeadline(request: PageRequest): void {
    const end = () => {
      if (this.#isShortOfMemory && this.#requests.delete(request)) request.resolve(undefined)
    }
    if (request.deadline?.aborted === true) end()
    else request.deadline?.addEventListener('abort', end, { once: true })
  }
}

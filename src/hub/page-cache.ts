import type { LogEvent, ReadRange } from '../log/event-log.ts'
import { EVENT_OVERHEAD, sizeOfAll } from './event-size.ts'
import { Page } from './page.ts'
import type { Claim, LetGo, MemoryBudget } from './memory-budget.ts'

/** A signal for those who take only what there is room for. */
export const NO_WAIT = AbortSignal.abort()

/** Where pages are held, and how large they may be. */
export interface PageLimits {
  readonly memory: MemoryBudget
  /** Most events of a page, and most bytes of their text. */
  readonly maxEvents: number
  readonly maxBytes: number
  /** The most that one event takes in memory, in bytes: a page has one, whatever its size. */
  readonly largestEvent: number
}

export interface PageRequest {
  /** A page that is read for this has a share of a page's bytes, such as a sixteenth for 16. */
  readonly share?: number
  /** Ends the waiting while there is no room. */
  readonly patience?: AbortSignal | undefined
  /** Whether whoever asks is still there. */
  readonly isWanted?: () => boolean
}

interface Request {
  readonly after: number
  readonly maxBytes: number
  readonly patience: AbortSignal | undefined
  readonly isWanted: () => boolean
  readonly resolve: (page: Page | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * The pages of one channel that are at hand, shared by all its readers. One is read at a time, and
 * whoever waits is served by it if it can be: a storm of reconnects reads the log once.
 */
export class PageCache {
  readonly #memory: MemoryBudget
  readonly #bounds: PageLimits
  readonly #read: (range: ReadRange) => Promise<readonly LogEvent[]>
  readonly #pages = new Map<Page, Claim>()
  readonly #requests = new Set<Request>()
  #isReading = false
  #isShortOfMemory = false
  /** Grows when all pages have lost their meaning. */
  #era = 0

  /** `read` gives events of the history that is known, from the given offset on if they are kept. */
  constructor(bounds: PageLimits, read: (range: ReadRange) => Promise<readonly LogEvent[]>) {
    this.#memory = bounds.memory
    this.#bounds = bounds
    this.#read = read
  }

  /**
   * The page with the event that follows an offset, to be given back with `release`. Undefined if the
   * event is kept no longer or the history is another, if `patience` ended while there was no room, and if
   * it is not wanted any more when its turn comes. Rejects with the log's errors.
   */
  async acquire(after: number, wish: PageRequest = {}): Promise<Page | undefined> {
    const { share = 1, patience, isWanted = () => true } = wish
    const page = this.#find(after)
    if (page !== undefined) return this.#use(page)
    const { promise, resolve, reject } = Promise.withResolvers<Page | undefined>()
    const maxBytes = Math.max(1, Math.floor(this.#bounds.maxBytes / share))
    const request = { after, maxBytes, patience, isWanted, resolve, reject }
    this.#requests.add(request)
    if (this.#isShortOfMemory) this.#leaveInTime(request)
    if (!this.#isReading) void this.#serve()
    return promise
  }

  release(page: Page): void {
    page.users--
    const claim = this.#pages.get(page)
    if (page.users === 0 && claim !== undefined) this.#memory.rest(claim)
  }

  /** Drops all pages: their offsets have lost their meaning, or nobody will ask again. */
  clear(): void {
    this.#era++
    for (const [page, claim] of this.#pages) {
      page.drop()
      this.#memory.release(claim)
    }
    this.#pages.clear()
  }

  #find(after: number): Page | undefined {
    for (const page of this.#pages.keys()) {
      if (page.covers(after)) return page
    }
    return undefined
  }

  #use(page: Page): Page {
    if (page.users++ === 0) this.#memory.use(this.#pages.get(page)!)
    return page
  }

  async #serve(): Promise<void> {
    this.#isReading = true
    try {
      for (const request of this.#requests) {
        // Else clients that come and go at once would have the log read for nobody.
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

  async #readFor(request: Request): Promise<void> {
    // Those who wait a little further down are served as well, where the page reaches this one.
    const start = this.#lowestNear(request.after)
    await this.#readPage(start, request)
    if (start < request.after && this.#requests.has(request)) {
      await this.#readPage(request.after, request)
    }
  }

  #lowestNear(after: number): number {
    let lowest = after
    for (const request of this.#requests) {
      const isNear = request.after < lowest && request.after >= after - this.#bounds.maxEvents
      if (isNear && request.isWanted()) lowest = request.after
    }
    return lowest
  }

  /** Reads a page and gives it to all who wait for an event of it. */
  async #readPage(after: number, { maxBytes, patience, isWanted }: Request): Promise<void> {
    let page: Page | undefined
    const drop = () => {
      page?.drop()
      if (page !== undefined) this.#pages.delete(page)
      return true
    }
    const claim = await this.#claim(maxBytes, drop, patience)
    if (claim === undefined) return
    const era = this.#era
    try {
      // It may have waited for room.
      if (!isWanted()) return
      const events = await this.#read({ after, maxEvents: this.#bounds.maxEvents, maxBytes })
      if (events.length > 0 && era === this.#era) {
        page = new Page(events)
        this.#pages.set(page, claim)
        this.#memory.fill(claim, sizeOfAll(events))
      }
    } finally {
      if (page === undefined) this.#memory.release(claim)
    }
    if (page === undefined) return
    for (const request of this.#requests) {
      if (!page.covers(request.after)) continue
      this.#requests.delete(request)
      request.resolve(this.#use(page))
    }
    if (page.users === 0) this.#memory.rest(claim)
  }

  async #claim(
    maxBytes: number,
    drop: LetGo,
    patience: AbortSignal | undefined,
  ): Promise<Claim | undefined> {
    // As much as a page can take: how much it does shows when it is there.
    const { maxEvents, largestEvent } = this.#bounds
    const most = Math.max(2 * maxBytes + maxEvents * EVENT_OVERHEAD, largestEvent)
    const claim = this.#memory.tryClaim(most, drop)
    if (claim !== undefined) return claim
    this.#isShortOfMemory = true
    for (const request of this.#requests) this.#leaveInTime(request)
    const granted = await this.#memory.claim(most, drop, patience)
    this.#isShortOfMemory = false
    return granted
  }

  /** Ends a request whose patience ends while there is no room. */
  #leaveInTime(request: Request): void {
    const leave = () => {
      if (this.#isShortOfMemory && this.#requests.delete(request)) request.resolve(undefined)
    }
    if (request.patience?.aborted === true) leave()
    else request.patience?.addEventListener('abort', leave, { once: true })
  }
}

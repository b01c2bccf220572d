import type { EventLog, Follower, LogEvent, ReadRange } from '../log/event-log.ts'
import { positionAt, resume, type History, type Resumption } from '../log/history.ts'
import { parsePosition, type Position } from '../wire/position.ts'
import { ForkedHistories } from './forked-histories.ts'
import type { HistoryBudget } from './history-budget.ts'
import { PageCache } from './page-cache.ts'
import { PendingAppends, type Append } from './pending-appends.ts'
import { RecentEvents } from './recent-events.ts'

/**
 * Called with the events that a tail accepts, all of one append or read, before its listeners: `read` where
 * notifications of them were missed. Events that a tail skips or starts after are left out.
 */
export type OnReceived = (
  tail: Tail,
  events: readonly LogEvent[],
  source: 'notification' | 'read',
) => void

/** Bounds of a read that brings the tail up to date; readers that need older events read pages. */
const SYNC_BOUNDS = { maxEvents: 1_000, maxBytes: 256 * 1024 }

/**
 * How long a read counts, in ms. The position of a channel that was never written names the log's
 * incarnation, which the log forgets within a day: a tail must know the newest one.
 */
const MAX_READ_AGE = 3_600_000

/**
 * Follows one channel of the log for all its subscribers in this process. It knows the history, and holds the
 * newest events, and the pages that readers further back have asked for.
 *
 * `#open` and `events` keep the order that leaves no hole: follow first, then read, then merge by offset.
 */
export class Tail implements Follower {
  readonly channel: string
  /** Called after the top has moved or the history has forked, with the size of the events that have come. */
  readonly listeners = new Set<(bytes: number) => void>()
  /** Grows when the history forks: offsets have lost their meaning, and positions must be judged anew. */
  generation = 0
  readonly pages: PageCache
  readonly #log: EventLog
  readonly #onReceived: OnReceived
  readonly #recent: RecentEvents
  /** As last read. Its `top` lags behind that of the recent events. */
  #history: History | undefined
  #opening: Promise<void> | undefined
  #syncing: Promise<void> | undefined
  /** Appends that came while a read was under way. */
  readonly #pending = new PendingAppends()
  #isInvalid = false
  /** The read after an `invalidate` has failed, and is to be repeated. */
  #hasFailedRead = false
  readonly #forked = new ForkedHistories()
  /** Size of the events that the listeners have not been notified of. */
  #newBytes = 0
  #readAt = 0
  #unfollow: (() => void) | undefined
  #closed = false

  constructor(log: EventLog, channel: string, budget: HistoryBudget, onReceived: OnReceived) {
    this.#log = log
    this.#onReceived = onReceived
    this.channel = channel
    this.#recent = new RecentEvents(budget.live, budget.recent)
    this.pages = new PageCache(budget.pages, async (range) => this.#readKept(range))
  }

  /** Resolves once no later event can be missed. After a failure, the next call tries again. */
  async open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      // The next try reads the log anew, so the pending appends are not needed.
      this.#pending.takeAll()
      throw error
    })
    await this.#opening
  }

  /** Offset of the newest event that this process knows. This and all below is valid once open. */
  get top(): number {
    return this.#recent.top
  }

  get oldest(): number {
    return this.#known().oldest
  }

  /** The position of an offset in the history as it was in that generation. */
  positionAt(offset: number, generation = this.generation): string {
    if (generation < 0 || generation === this.generation) return positionAt(this.#known(), offset)
    return this.#forked.positionAt(offset, generation)
  }

  resume(position: Position): Resumption {
    return resume({ ...this.#known(), top: this.top }, position)
  }

  /** Whether the recent events hold every event after this offset. */
  covers(after: number): boolean {
    return after >= this.#recent.base
  }

  /** The event of an offset that the recent events hold. */
  eventAt(offset: number): LogEvent {
    return this.#recent.at(offset)
  }

  events(epoch: string, events: readonly LogEvent[]): void {
    if (this.#closed || this.#opening === undefined) return
    if (this.#history === undefined || this.#syncing !== undefined) {
      if (!this.#pending.add({ epoch, events })) this.#isInvalid = true
      return
    }
    if (this.#accept({ epoch, events })) this.#notifyListeners()
    else this.invalidate()
  }

  invalidate(): void {
    this.#isInvalid = true
    if (this.#closed || this.#history === undefined || this.#syncing !== undefined) return
    // Streams stay open if the read fails; `evictIdle` repeats it.
    this.#sync().catch(() => {
      this.#hasFailedRead = true
    })
  }

  /** Reads the log. Resolves once the tail knows all that was accepted before the call. */
  async refresh(): Promise<void> {
    // A read that is under way may have begun before the call.
    await this.#syncing
    await this.#sync()
  }

  /**
   * Opens the tail, and resolves once it knows all that the log held at the call. Notifications suffice for
   * that while they come; without them the log may have gone another way, and is read. A channel that was
   * never written is read always, since no notification announces a new incarnation of the log.
   */
  async catchUp(): Promise<void> {
    const isNew = this.#opening === undefined
    await this.open()
    if (isNew) return
    await this.#syncing
    const isUnwritten = this.#known().chain.length === 0
    if (isUnwritten || this.#hasFailedRead || !this.#log.isLive(this.channel)) await this.#sync()
  }

  /** Drops events that have been there for a while, and reads the log where that is due. To be called about
   * once a second. */
  evictIdle(now: number): void {
    const isOld = this.#history !== undefined && now - this.#readAt > MAX_READ_AGE
    if (isOld || this.#hasFailedRead) this.invalidate()
    this.#recent.dropSeen()
  }

  close(): void {
    this.#closed = true
    this.#unfollow?.()
    this.pages.clear()
    this.#recent.startAt(this.top)
  }

  async #open(): Promise<void> {
    if (this.#unfollow === undefined) {
      const unfollow = await this.#log.follow(this.channel, this)
      if (this.#closed) unfollow()
      else this.#unfollow = unfollow
    }
    await this.#sync()
  }

  async #sync(): Promise<void> {
    this.#syncing ??= this.#readNewer().finally(() => {
      this.#syncing = undefined
      if (this.#isInvalid && !this.#closed) this.invalidate()
    })
    await this.#syncing
  }

  /** Reads the events after the top, then adds the appends that came meanwhile. */
  async #readNewer(): Promise<void> {
    do {
      this.#isInvalid = false
      this.#hasFailedRead = false
      // The read will return the pending appends, too.
      this.#pending.takeAll()
      this.#readAt = performance.now()
      const { history, events } = await this.#log.read(
        this.channel,
        this.#history === undefined
          ? { after: 0, maxEvents: 0, maxBytes: 0 }
          : { after: this.top, ...SYNC_BOUNDS },
      )
      if (this.#closed) return
      this.#reconcile(history, events)
      // The read repeats, but subscribers that wait for events that are known go on.
      if (this.#isInvalid) this.#notifyListeners()
    } while (this.#isInvalid)
    for (const append of this.#pending.takeAll()) {
      if (!this.#accept(append)) this.#isInvalid = true
    }
    this.#notifyListeners()
  }

  /** Takes over a history that was read, with the events that follow the known top. */
  #reconcile(history: History, events: readonly LogEvent[]): void {
    const known = this.#history
    this.#history = history
    if (known === undefined) {
      this.#recent.startAt(history.top)
      return
    }

    const { gaps, after } = resume(history, parsePosition(positionAt(known, this.top))!)
    if (gaps.some(({ reason }) => reason !== 'trimmed')) {
      this.#forked.add(this.generation++, known)
      this.pages.clear()
      this.#recent.startAt(history.top)
      return
    }
    if (gaps.length > 0) this.#recent.startAt(after)
    this.#take(
      events.filter(({ offset }) => offset > this.top),
      'read',
    )
    // Subscribers that need the events between read them from pages, as memory comes free.
    if (this.top < history.top) this.#recent.startAt(history.top)
  }

  /** Returns false if the append does not follow on the known history. */
  #accept({ epoch, events }: Append): boolean {
    if (this.#known().chain.at(-1)?.epoch !== epoch) return false
    const isNew = events[0]!.offset > this.top
    const newer = isNew ? events : events.filter(({ offset }) => offset > this.top)
    if (newer.length === 0) return true
    if (newer[0]!.offset > this.top + 1) return false
    this.#take(newer, 'notification')
    return true
  }

  #take(events: readonly LogEvent[], source: 'notification' | 'read'): void {
    this.#newBytes += this.#recent.push(events)
    if (events.length > 0) this.#onReceived(this, events, source)
  }

  /** Reads events of the known history; none if the log does not continue it, which a sync then resolves. */
  async #readKept(range: ReadRange): Promise<readonly LogEvent[]> {
    const { top } = this
    const { history, events } = await this.#log.read(this.channel, range)
    const isKnown =
      history.chain.at(-1)?.epoch === this.#known().chain.at(-1)?.epoch &&
      history.top >= top &&
      history.oldest <= this.top + 1
    if (!isKnown) {
      await this.#sync()
      return []
    }
    this.#history = history
    // An event beyond the known top may be lost in a fail-over before the tail learns of it, and nothing
    // would tell that the page holds a lost event.
    return events.filter(({ offset }) => offset <= this.top)
  }

  #known(): History {
    if (this.#history === undefined) throw new Error(`tail of ${this.channel} is not open`)
    return this.#history
  }

  #notifyListeners(): void {
    const bytes = this.#newBytes
    this.#newBytes = 0
    for (const listener of this.listeners) listener(bytes)
  }
}

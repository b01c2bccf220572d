import type { EventLog, LogEvent, ReadRange, ReadResult } from '../log/event-log.ts'
import { epochAt, resume, type History, type Resumption } from '../log/history.ts'
import type { Position } from '../wire/position.ts'
import { ForkedHistories } from './forked-histories.ts'
import type { HistoryBudget } from './history-budget.ts'
import { PageCache } from './page-cache.ts'
import type { Append } from './pending-appends.ts'
import { READ_BOUNDS } from './read-bounds.ts'
import { RecentEvents } from './recent-events.ts'
import { TailSync, type SyncedHistory } from './tail-sync.ts'

/**
 * Called with the events that a tail accepts, all of one append or read, before its listeners: `read` where
 * notifications of them were missed. Events that a tail skips or starts after are left out.
 */
export type OnReceived = (
  tail: Tail,
  events: readonly LogEvent[],
  source: 'notification' | 'read',
) => void

/**
 * One channel of the log, for all its subscribers in this process. It knows the history, and holds the newest events,
 * and the pages that readers further back have asked for. Its `sync` keeps it up to date.
 */
export class Tail implements SyncedHistory {
  readonly channel: string
  /** Called after the top has moved or the history has forked, with the size of the events that have come. */
  readonly listeners = new Set<(bytes: number) => void>()
  /** Grows when the history forks: offsets have lost their meaning, and positions must be judged anew. */
  generation = 0
  readonly sync: TailSync
  readonly pages: PageCache
  readonly #log: EventLog
  readonly #onReceived: OnReceived
  readonly #recent: RecentEvents
  /** As last read. Its `top` lags behind that of the recent events. */
  #history: History | undefined
  readonly #forked = new ForkedHistories()
  /** Size of the events that the listeners have not been notified of. */
  #newBytes = 0

  constructor(log: EventLog, channel: string, budget: HistoryBudget, onReceived: OnReceived) {
    this.#log = log
    this.#onReceived = onReceived
    this.channel = channel
    this.sync = new TailSync(log, this)
    this.#recent = new RecentEvents(budget.live, budget.recent)
    this.pages = new PageCache(budget.pages, async (range) => this.#readKept(range))
  }

  /** Offset of the newest event that this process knows. This and all below is valid once open. */
  get top(): number {
    return this.#recent.top
  }

  get oldest(): number {
    return this.#known().oldest
  }

  /** The epoch that names an offset, in the history as it was in that generation. */
  epochAt(offset: number, generation = this.generation): string {
    if (generation < 0 || generation === this.generation) return epochAt(this.#known(), offset)
    return this.#forked.epochAt(offset, generation)
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

  /** Drops events that have been there for a while, and reads the log where that is due. To be called about
   * once a second. */
  evictIdle(now: number): void {
    this.sync.repeatDue(now)
    this.#recent.dropSeen()
  }

  close(): void {
    this.sync.close()
    this.pages.clear()
    this.#recent.startAt(this.top)
  }

  get isUnwritten(): boolean {
    return this.#known().chain.length === 0
  }

  get missingRange(): ReadRange {
    return this.#history === undefined
      ? { after: 0, maxEvents: 0, maxBytes: 0 }
      : { after: this.top, ...READ_BOUNDS }
  }

  merge({ history, events }: ReadResult): void {
    const known = this.#history
    this.#history = history
    if (known === undefined) {
      this.#recent.startAt(history.top)
      return
    }

    const position = { epoch: epochAt(known, this.top), offset: this.top }
    const { gaps, after } = resume(history, position)
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

  accept({ epoch, events }: Append): boolean {
    if (this.#known().chain.at(-1)?.epoch !== epoch) return false
    const isNew = events[0]!.offset > this.top
    const newer = isNew ? events : events.filter(({ offset }) => offset > this.top)
    if (newer.length === 0) return true
    if (newer[0]!.offset > this.top + 1) return false
    this.#take(newer, 'notification')
    return true
  }

  notify(): void {
    const bytes = this.#newBytes
    this.#newBytes = 0
    for (const listener of this.listeners) listener(bytes)
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
      await this.sync.read()
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
}

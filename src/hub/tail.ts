import type { EventLog, Follower, LogEvent, ReadRange } from '../log/event-log.ts'
import { positionAt, resume, type History, type Resumption } from '../log/history.ts'
import { formatPosition, parsePosition, type Position } from '../wire/position.ts'
import { sizeOfAll } from './event-size.ts'
import type { HistoryBudget } from './history-budget.ts'
import { PageCache } from './page-cache.ts'
import { RecentEvents } from './recent-events.ts'

/** What a doubt reads at most; whoever needs more reads pages. */
const NEWER = { maxEvents: 1_000, maxBytes: 256 * 1024 }

/** What comes while the log is read is held up to so many bytes; beyond it the log is read again. */
const MAX_WAITING = 256 * 1024

/**
 * A channel that nobody writes to is read again after this long, in ms: the log's life, in whose words its
 * position is told, is forgotten within a day.
 */
const MAX_READ_AGE = 3_600_000

/** Forks remembered for subscribers that have not yet been told of them. */
const MAX_PAST = 16
/** Stands for the epoch of a fork that is forgotten; no log ever knows it. */
const FORGOTTEN = '00000000'

interface Batch {
  readonly epoch: string
  readonly events: readonly LogEvent[]
}

/**
 * What this process knows of one channel, shared by all its subscribers: the history, a window of the
 * newest events, and the pages that readers further down have asked for.
 *
 * The order that leaves no hole (subscribe first, then read, then merge by offset) stands in `#open`
 * and `events`.
 */
export class Tail implements Follower {
  readonly channel: string
  /** Called after the top has moved or the history has forked. */
  readonly listeners = new Set<() => void>()
  /** Grows whenever offsets have lost their meaning: positions must be judged anew. */
  generation = 0
  readonly pages: PageCache
  readonly #log: EventLog
  readonly #window: RecentEvents
  /** As last read; its `top` lags behind the window's. */
  #history: History | undefined
  #opening: Promise<void> | undefined
  #syncing: Promise<void> | undefined
  /** Batches that came while a read was on its way. */
  #waiting: Batch[] = []
  #waitingBytes = 0
  #isInvalid = false
  /** A read that a doubt asked for has failed: it is still owed. */
  #owesRead = false
  /** Histories that forked away, by generation: subscribers still hold positions in them. */
  readonly #past = new Map<number, History>()
  #readAt = 0
  #unfollow: (() => void) | undefined
  #closed = false

  constructor(log: EventLog, channel: string, memory: HistoryBudget) {
    this.#log = log
    this.channel = channel
    this.#window = new RecentEvents(memory.live, memory.bounds)
    this.pages = new PageCache(memory.pages, async (range) => this.#readKept(range))
  }

  /** Resolves once no later event can be missed. After a failure the next call tries again. */
  async open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      // The next try reads the log anew: what came before it need not be kept, nor could it be for ever.
      this.#takeWaiting()
      throw error
    })
    await this.#opening
  }

  /** Offset of the newest event this process has seen. Valid once open, as all below. */
  get top(): number {
    return this.#window.top
  }

  get oldest(): number {
    return this.#known().oldest
  }

  /** In the words of the history as it was in that generation. */
  positionAt(offset: number, generation = this.generation): string {
    if (generation < 0 || generation === this.generation) return positionAt(this.#known(), offset)
    const past = this.#past.get(generation)
    // Not in the words of any other history: they could stand for events that the client never saw.
    return past === undefined ? formatPosition(FORGOTTEN, offset) : positionAt(past, offset)
  }

  resume(position: Position): Resumption {
    return resume({ ...this.#known(), top: this.top }, position)
  }

  /** Whether every event after this offset is in the window. */
  covers(after: number): boolean {
    return after >= this.#window.base
  }

  /** The event of an offset in the window. */
  eventAt(offset: number): LogEvent {
    return this.#window.at(offset)
  }

  events(epoch: string, events: readonly LogEvent[]): void {
    if (this.#closed || this.#opening === undefined) return
    if (this.#history === undefined || this.#syncing !== undefined) {
      this.#wait({ epoch, events })
      return
    }
    if (this.#accept({ epoch, events })) this.#tellListeners()
    else this.invalidate()
  }

  invalidate(): void {
    this.#isInvalid = true
    if (this.#closed || this.#history === undefined || this.#syncing !== undefined) return
    // Failing here is no end: streams stay open, and the read is made up for.
    this.#sync().catch(() => {
      this.#owesRead = true
    })
  }

  /** Reads the log once more. Resolves with all known that was accepted before the call. */
  async refresh(): Promise<void> {
    // A read that is under way may have been answered before the call.
    await this.#syncing
    await this.#sync()
  }

  /**
   * Opens the tail, and resolves once all is known that the log held at the call, as far as notifications
   * tell or else by a read: what was known when they ended may be another history than the log's. They
   * tell nothing of a channel that was never written when the log begins a new life.
   */
  async catchUp(): Promise<void> {
    const isNew = this.#opening === undefined
    await this.open()
    if (isNew) return
    await this.#syncing
    const isUnwritten = this.#known().chain.length === 0
    if (isUnwritten || this.#owesRead || !this.#log.isLive(this.channel)) await this.#sync()
  }

  /** Gives up events that nobody has needed for a while, and knowledge that is old; to be called about
   * once a second. */
  evictIdle(now: number): void {
    const isOld = this.#history !== undefined && now - this.#readAt > MAX_READ_AGE
    if (isOld || this.#owesRead) this.invalidate()
    this.#window.dropSeen()
  }

  close(): void {
    this.#closed = true
    this.#unfollow?.()
    this.pages.clear()
    this.#window.startAt(this.top)
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

  /** Reads what is newer than the window, then takes in what came meanwhile. */
  async #readNewer(): Promise<void> {
    do {
      this.#isInvalid = false
      this.#owesRead = false
      // The log holds all that was told of it before it is asked.
      this.#takeWaiting()
      this.#readAt = performance.now()
      const { history, events } = await this.#log.read(
        this.channel,
        this.#history === undefined
          ? { after: 0, maxEvents: 0, maxBytes: 0 }
          : { after: this.top, ...NEWER },
      )
      if (this.#closed) return
      this.#reconcile(history, events)
      // However often it is read again, those who wait for what is known by now go on.
      if (this.#isInvalid) this.#tellListeners()
    } while (this.#isInvalid)
    for (const batch of this.#takeWaiting()) {
      if (!this.#accept(batch)) this.#isInvalid = true
    }
    this.#tellListeners()
  }

  /** Takes over a history that was read, with the events that follow on what was known. */
  #reconcile(history: History, events: readonly LogEvent[]): void {
    const known = this.#history
    this.#history = history
    if (known === undefined) {
      this.#window.startAt(history.top)
      return
    }

    const { gaps, after } = resume(history, parsePosition(positionAt(known, this.top))!)
    if (gaps.some(({ reason }) => reason !== 'trimmed')) {
      this.#past.set(this.generation++, known)
      if (this.#past.size > MAX_PAST) this.#past.delete(this.generation - 1 - MAX_PAST)
      this.pages.clear()
      this.#window.startAt(history.top)
      return
    }
    if (gaps.length > 0) this.#window.startAt(after)
    this.#window.push(events.filter(({ offset }) => offset > this.top))
    // Those who are not served yet read the rest from pages, as memory for them comes free.
    if (this.top < history.top) this.#window.startAt(history.top)
  }

  /** Returns false if the batch does not follow on what is known. */
  #accept({ epoch, events }: Batch): boolean {
    if (this.#known().chain.at(-1)?.epoch !== epoch) return false
    const isNew = events[0]!.offset > this.top
    const newer = isNew ? events : events.filter(({ offset }) => offset > this.top)
    if (newer.length === 0) return true
    if (newer[0]!.offset > this.top + 1) return false
    this.#window.push(newer)
    return true
  }

  /** Reads events of the known history; none if the log has gone another way, which is then found out. */
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
    // What is not known yet may be lost before it is: nothing would tell that it was.
    return events.filter(({ offset }) => offset <= this.top)
  }

  #wait(batch: Batch): void {
    if (this.#waitingBytes >= MAX_WAITING) {
      this.#isInvalid = true
      return
    }
    this.#waiting.push(batch)
    this.#waitingBytes += sizeOfAll(batch.events)
  }

  #takeWaiting(): readonly Batch[] {
    const waiting = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    return waiting
  }

  #known(): History {
    if (this.#history === undefined) throw new Error(`tail of ${this.channel} is not open`)
    return this.#history
  }

  #tellListeners(): void {
    for (const listener of this.listeners) listener()
  }
}

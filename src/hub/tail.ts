import type { EventLog, Follower, LogEvent } from '../log/event-log.ts'
import { positionAt, resume, type History, type Resumption } from '../log/history.ts'
import { formatPosition, parsePosition, type Position } from '../wire/position.ts'
import type { Window } from './window.ts'

/** One read of the log: large enough that a full history takes few, small enough for one reply. */
const PAGE = { maxEvents: 1_000, maxBytes: 1024 * 1024 }

/** How long events stay at hand after the last reader that was behind asked for them, in ms. */
const KEEP_FOR_READERS = 5_000

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
 * What this process knows of one channel, shared by all its subscribers: the history, and a window of
 * events that ends at the top. Live events extend the window; readers that are behind have it extended
 * downward, with one read for all who ask at the same time. So a storm of reconnects reads the log once.
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
  readonly #log: EventLog
  readonly #window: Window
  /** As last read; its `top` lags behind the window's. */
  #history: History | undefined
  #opening: Promise<void> | undefined
  #syncing: Promise<void> | undefined
  #loading: Promise<void> | undefined
  #wanted = Number.POSITIVE_INFINITY
  /** Batches that came while a read was on its way. */
  #waiting: Batch[] = []
  #inDoubt = false
  /** A read that a doubt asked for has failed: it is still owed. */
  #owesRead = false
  /** Histories that forked away, by generation: subscribers still hold positions in them. */
  readonly #past = new Map<number, History>()
  #neededAt = 0
  #readAt = 0
  #unfollow: (() => void) | undefined
  #closed = false

  constructor(log: EventLog, channel: string, window: Window) {
    this.#log = log
    this.channel = channel
    this.#window = window
  }

  /** Resolves once no later event can be missed. After a failure the next call tries again. */
  async open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      // The next try reads the log anew: what came before it need not be kept, nor could it be for ever.
      this.#waiting = []
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

  /** Whether every event after this offset is at hand. */
  covers(after: number): boolean {
    return after >= this.#window.base
  }

  /** The event of an offset in the covered part. */
  eventAt(offset: number): LogEvent {
    return this.#window.at(offset)
  }

  /** Brings the events after this offset to hand, or at least those that are still kept. */
  async load(after: number): Promise<void> {
    this.#neededAt = performance.now()
    this.#wanted = Math.min(this.#wanted, after)
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined
    })
    await this.#loading
  }

  events(epoch: string, events: readonly LogEvent[]): void {
    if (this.#closed || this.#opening === undefined) return
    if (this.#history === undefined || this.#syncing !== undefined) {
      this.#waiting.push({ epoch, events })
      return
    }
    if (this.#accept({ epoch, events })) this.#tellListeners()
    else this.doubt()
  }

  doubt(): void {
    this.#inDoubt = true
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
   * Resolves once all is known that the log held at the call, as far as notifications tell or else by a
   * read: what was known when they ended may be another history than the log's.
   */
  async catchUp(): Promise<void> {
    await this.#syncing
    if (this.#owesRead || !this.#log.isLive(this.channel)) await this.#sync()
  }

  /** Gives up events that nobody has needed for a while, and knowledge that is old; to be called about
   * once a second. */
  relax(now: number): void {
    const isOld = this.#history !== undefined && now - this.#readAt > MAX_READ_AGE
    if (isOld || this.#owesRead) this.doubt()
    if (this.#loading === undefined && this.#neededAt < now - KEEP_FOR_READERS) {
      this.#window.dropSeen()
    }
  }

  close(): void {
    this.#closed = true
    this.#unfollow?.()
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
      if (this.#inDoubt && !this.#closed) this.doubt()
    })
    await this.#syncing
  }

  /** Reads what is newer than the window until nothing is, then takes in what came meanwhile. */
  async #readNewer(): Promise<void> {
    for (let isBehind = true; isBehind;) {
      this.#inDoubt = false
      this.#owesRead = false
      this.#readAt = performance.now()
      const { history, events } = await this.#log.read(
        this.channel,
        this.#history === undefined
          ? { after: 0, maxEvents: 0, maxBytes: 0 }
          : { after: this.top, ...PAGE },
      )
      isBehind = this.#reconcile(history, events) || this.#inDoubt
    }
    const waiting = this.#waiting
    this.#waiting = []
    for (const batch of waiting) {
      if (!this.#accept(batch)) this.#inDoubt = true
    }
    this.#tellListeners()
  }

  /** Takes over a history that was read. Returns whether there are events beyond those read. */
  #reconcile(history: History, events: readonly LogEvent[]): boolean {
    const known = this.#history
    this.#history = history
    if (known === undefined) {
      this.#window.startAt(history.top)
      return false
    }

    const { gaps, after } = resume(history, parsePosition(positionAt(known, this.top))!)
    if (gaps.some(({ reason }) => reason !== 'trimmed')) {
      this.#past.set(this.generation++, known)
      if (this.#past.size > MAX_PAST) this.#past.delete(this.generation - 1 - MAX_PAST)
      this.#window.startAt(history.top)
      return false
    }
    if (gaps.length > 0) this.#window.startAt(after)
    for (const event of events) {
      if (event.offset === this.top + 1) this.#window.push(event)
    }
    return this.top < history.top
  }

  /** Returns false if the batch does not follow on what is known. */
  #accept({ epoch, events }: Batch): boolean {
    if (this.#known().chain.at(-1)?.epoch !== epoch) return false
    for (const event of events) {
      if (event.offset <= this.top) continue
      if (event.offset > this.top + 1) return false
      this.#window.push(event)
    }
    return true
  }

  async #load(): Promise<void> {
    while (this.#wanted < this.#window.base) {
      const wanted = this.#wanted
      this.#wanted = Number.POSITIVE_INFINITY
      await this.#readOlder(wanted)
    }
    this.#wanted = Number.POSITIVE_INFINITY
  }

  async #readOlder(wanted: number): Promise<void> {
    const { generation } = this
    const older: LogEvent[] = []
    for (let after = wanted; after < this.#window.base;) {
      const { history, events } = await this.#log.read(this.channel, { after, ...PAGE })
      if (generation !== this.generation) return
      // A log that ends before the window or begins after it has gone another way than this process
      // knows: reading on would never meet the window.
      if (
        history.chain.at(-1)?.epoch !== this.#known().chain.at(-1)?.epoch ||
        history.top < this.#window.base ||
        history.oldest > this.top + 1
      ) {
        await this.#sync()
        return
      }
      this.#history = history
      const first = events[0]?.offset ?? history.oldest
      // What was read before has been trimmed away from what follows: it is out of reach now.
      if (first > after + 1) older.length = 0
      older.push(...events)
      after = events.at(-1)?.offset ?? history.top
    }
    this.#window.prepend(older)
  }

  #known(): History {
    if (this.#history === undefined) throw new Error(`tail of ${this.channel} is not open`)
    return this.#history
  }

  #tellListeners(): void {
    for (const listener of this.listeners) listener()
  }
}

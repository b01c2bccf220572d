import type { EventLog, TracedAppend } from '../log/event-log.ts'
import type { FanOutTraces } from './fan-out-traces.ts'
import type { TracedRange } from './seen-appends.ts'
import type { TailRegistry } from './tail-registry.ts'

/** How long a tail may take to get the events of an append after its announcement, in ms. */
const MAX_WAIT = 5_000
/** Most announcements that wait; beyond that the oldest waits no longer. */
const MAX_WAITING = 1_000

interface Announcement {
  readonly range: TracedRange
  readonly acceptedAt: number
  /** `performance.now()` when it came. */
  readonly at: number
}

/**
 * Traces announced appends of channels that this process does not follow. Where it does, the tail comes first: its
 * events may come after the announcement, and only they tell of the deliveries.
 */
export class TraceAnnouncements {
  readonly #log: EventLog
  readonly #tails: TailRegistry
  readonly #traces: FanOutTraces
  /** The oldest first. */
  readonly #waiting = new Set<Announcement>()
  #unwatch: (() => void) | undefined

  constructor(log: EventLog, tails: TailRegistry, traces: FanOutTraces) {
    this.#log = log
    this.#tails = tails
    this.#traces = traces
  }

  start(): void {
    this.#unwatch = this.#log.watchTraces(this.#hear)
  }

  /** Traces those that wait and that no tail will tell of. To be called about once a second. */
  settle(now: number): void {
    for (const announcement of this.#waiting) {
      if (announcement.at <= now - MAX_WAIT || !this.#isExpected(announcement.range)) {
        this.#trace(announcement)
      }
    }
  }

  close(): void {
    this.#unwatch?.()
    for (const announcement of this.#waiting) this.#trace(announcement)
  }

  readonly #hear = ({ channel, epoch, first, count, time, trace }: TracedAppend): void => {
    const range = { channel, epoch, first, last: first + count - 1, trace }
    const announcement = { range, acceptedAt: time, at: performance.now() }
    if (!this.#isExpected(range)) {
      this.#trace(announcement)
      return
    }
    const [oldest] = this.#waiting
    if (this.#waiting.size >= MAX_WAITING) this.#trace(oldest!)
    this.#waiting.add(announcement)
  }

  /** Whether a tail may get its events yet. One that opens at a higher offset, or skips a large hole, does not. */
  #isExpected(range: TracedRange): boolean {
    const tail = this.#tails.find(range.channel)
    return tail !== undefined && !this.#traces.hasSeen(range) && tail.top < range.last
  }

  #trace(announcement: Announcement): void {
    this.#waiting.delete(announcement)
    const { range, acceptedAt, at } = announcement
    if (!this.#traces.hasSeen(range)) this.#traces.announced(range, acceptedAt, at)
  }
}

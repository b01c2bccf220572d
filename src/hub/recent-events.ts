import { Deque } from '../lib/deque.ts'
import type { Live } from '../lib/live-value.ts'
import type { LogEvent } from '../log/event-log.ts'
import { sizeOf, sizeOfAll } from './event-size.ts'
import type { EventHolder, LiveEventBudget } from './live-event-budget.ts'

export interface RecentEventsLimits {
  /** Most events of a channel, as in its history: events that the log has trimmed are not delivered. */
  readonly historyEvents: number
}

/**
 * The newest events of one channel: a dense run that ends at the top. An event stays for one or two calls of
 * `dropSeen`, so that subscribers just below the top find it, or until its memory is needed.
 */
export class RecentEvents implements EventHolder {
  readonly #budget: LiveEventBudget
  readonly #limits: Live<RecentEventsLimits>
  readonly #events = new Deque<LogEvent>()
  #top = 0
  #seenTop = 0
  #generation = 0

  constructor(budget: LiveEventBudget, limits: Live<RecentEventsLimits>) {
    this.#budget = budget
    this.#limits = limits
  }

  get top(): number {
    return this.#top
  }

  get generation(): number {
    return this.#generation
  }

  get base(): number {
    return this.#top - this.#events.length
  }

  at(offset: number): LogEvent {
    const event = this.#events.at(offset - this.base - 1)
    if (event === undefined) throw new RangeError(`offset ${offset} is not held`)
    return event
  }

  /** Drops all events; the next one follows this offset. */
  startAt(top: number): void {
    this.dropThrough(this.#top)
    this.#generation++
    this.#top = top
    this.#seenTop = Math.min(this.#seenTop, top)
  }

  /** Adds the events that follow on the top, in order. Returns their size. */
  push(events: readonly LogEvent[]): number {
    if (events.length === 0) return 0
    for (const event of events) this.#events.push(event)
    this.#top = events.at(-1)!.offset
    const bytes = sizeOfAll(events)
    this.#budget.add(this, this.#top, bytes)
    this.dropThrough(this.#top - this.#limits().historyEvents)
    return bytes
  }

  dropThrough(offset: number): void {
    let bytes = 0
    while (this.#events.length > 0 && this.base < offset) bytes += sizeOf(this.#events.shift()!)
    if (bytes > 0) this.#budget.free(bytes)
  }

  /** Drops the events that were there at the last call. To be called about once a second. */
  dropSeen(): void {
    this.dropThrough(this.#seenTop)
    this.#seenTop = this.#top
  }
}

import { Deque } from '../lib/deque.ts'
import type { Live } from '../lib/live.ts'
import type { LogEvent } from '../log/event-log.ts'
import { sizeOf, sizeOfAll } from './event-size.ts'
import type { LiveHolder, LiveEventBudget } from './live-event-budget.ts'

export interface WindowBounds {
  /** Events kept a channel: who comes back is told the same by a process that has seen more. */
  readonly historyEvents: number
}

/**
 * The newest events of one channel, as they come: a dense run that ends at the top. They stay for a round
 * or two, so that those who are not quite at the top find them, or until the memory is needed.
 */
export class RecentEvents implements LiveHolder {
  readonly #memory: LiveEventBudget
  readonly #bounds: Live<WindowBounds>
  readonly #events = new Deque<LogEvent>()
  #top = 0
  #seenTop = 0
  #era = 0

  constructor(memory: LiveEventBudget, bounds: Live<WindowBounds>) {
    this.#memory = memory
    this.#bounds = bounds
  }

  get top(): number {
    return this.#top
  }

  get era(): number {
    return this.#era
  }

  get base(): number {
    return this.#top - this.#events.length
  }

  at(offset: number): LogEvent {
    const event = this.#events.at(offset - this.base - 1)
    if (event === undefined) throw new RangeError(`offset ${offset} is not at hand`)
    return event
  }

  /** Empties the window and puts it right after this offset. */
  startAt(top: number): void {
    this.dropThrough(this.#top)
    this.#era++
    this.#top = top
    this.#seenTop = Math.min(this.#seenTop, top)
  }

  /** Takes the events that follow on the top, in order. */
  push(events: readonly LogEvent[]): void {
    if (events.length === 0) return
    for (const event of events) this.#events.push(event)
    this.#top = events.at(-1)!.offset
    this.#memory.add(this, this.#top, sizeOfAll(events))
    this.dropThrough(this.#top - this.#bounds().historyEvents)
  }

  dropThrough(offset: number): void {
    let bytes = 0
    while (this.#events.length > 0 && this.base < offset) bytes += sizeOf(this.#events.shift()!)
    if (bytes > 0) this.#memory.free(bytes)
  }

  /** Drops what was there at the last call already: each event stays at hand for one round. */
  dropSeen(): void {
    this.dropThrough(this.#seenTop)
    this.#seenTop = this.#top
  }
}

import type { LogEvent } from '../log/event-log.ts'
import { Deque } from '../lib/deque.ts'

/** Read at every use, so that a changed capacity file takes effect. */
export interface WindowBounds {
  readonly historyEvents: number
  readonly historyBytes: number
}

/** A dense run of events that ends at the top; the oldest leave when a bound is met. */
export class Window {
  readonly #bounds: WindowBounds
  readonly #events = new Deque<LogEvent>()
  #top = 0
  #size = 0
  #seenTop = 0

  constructor(bounds: WindowBounds) {
    this.#bounds = bounds
  }

  get top(): number {
    return this.#top
  }

  /** Offset before the first event at hand. */
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
    this.#events.clear()
    this.#size = 0
    this.#top = top
    this.#seenTop = Math.min(this.#seenTop, top)
  }

  push(event: LogEvent): void {
    this.#events.push(event)
    this.#top = event.offset
    this.#size += sizeOf(event)
    const { historyEvents, historyBytes } = this.#bounds
    while (
      this.#events.length > 1 &&
      (this.#events.length > historyEvents || this.#size > historyBytes)
    ) {
      this.#drop()
    }
  }

  /** Puts events before the window; does nothing unless they join it. */
  prepend(events: readonly LogEvent[]): void {
    const { base } = this
    const older = events.filter((event) => event.offset <= base)
    if (older.at(-1)?.offset !== base) return
    for (const event of older) this.#size += sizeOf(event)
    this.#events.prepend(older)
  }

  /** Drops what was there at the last call already: each event stays at hand for one round. */
  dropSeen(): void {
    while (this.#events.length > 0 && this.base < this.#seenTop) this.#drop()
    this.#seenTop = this.#top
  }

  #drop(): void {
    this.#size -= sizeOf(this.#events.shift()!)
  }
}

/** UTF-16 units plus what an object costs: an estimate that needs no encoding. */
function sizeOf(event: LogEvent): number {
  return event.data.length + event.name.length + 160
}

import type { LogEvent } from '../log/event-log.ts'

/** A dense run of one channel's events, as it was read from the log. */
export class Page {
  /** Offset before its first event. */
  readonly after: number
  /** Readers that hold it. */
  users = 0
  #events: readonly LogEvent[]

  /** `events` has at least one. */
  constructor(events: readonly LogEvent[]) {
    this.after = events[0]!.offset - 1
    this.#events = events
  }

  /** Offset of its last event; `after` once it was dropped. */
  get last(): number {
    return this.after + this.#events.length
  }

  /** Whether it holds the event that follows an offset. */
  covers(after: number): boolean {
    return after >= this.after && after < this.last
  }

  eventAt(offset: number): LogEvent | undefined {
    return this.#events[offset - this.after - 1]
  }

  /** Frees the events. Readers that still hold the page find none in it. */
  drop(): void {
    this.#events = []
  }
}

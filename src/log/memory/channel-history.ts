import { Deque } from '../../lib/deque.ts'
import type { LogEvent } from '../event-log.ts'

/** Rough heap cost of an event besides its text, so that the bounds hold for many small events too. */
export const EVENT_OVERHEAD_BYTES = 160

export interface KeptEvent extends LogEvent {
  /** Bytes of name, data and trace context. */
  readonly textBytes: number
  /** `performance.now()` when it was accepted: age must not follow steps of the wall clock. */
  readonly acceptedAt: number
}

/** The events of one channel, oldest first, with their offsets, which outlive trimmed events. */
export class ChannelHistory {
  readonly epoch: string
  readonly incarnations: readonly string[]
  /** Bytes of the kept events, as they count toward the bounds. */
  bytes = 0
  /** `performance.now()` of the last append or the last time with a follower, whichever was later. */
  lastUseAt = 0
  readonly #events = new Deque<KeptEvent>()
  #top = 0

  constructor(epoch: string, incarnations: readonly string[]) {
    this.epoch = epoch
    this.incarnations = incarnations
  }

  get size(): number {
    return this.#events.length
  }

  get top(): number {
    return this.#top
  }

  get oldest(): number {
    return this.#top - this.size + 1
  }

  get oldestEvent(): KeptEvent | undefined {
    return this.#events.at(0)
  }

  push(event: KeptEvent): void {
    this.#events.push(event)
    this.#top = event.offset
    this.bytes += event.textBytes + EVENT_OVERHEAD_BYTES
    this.lastUseAt = event.acceptedAt
  }

  /** Removes the oldest event and returns what it counted toward the bounds. */
  trimOldest(): number {
    const event = this.#events.shift()
    if (event === undefined) return 0
    const bytes = event.textBytes + EVENT_OVERHEAD_BYTES
    this.bytes -= bytes
    return bytes
  }

  /** Events after an offset, within both bounds, but at least one if there is one. */
  slice(after: number, maxEvents: number, maxBytes: number): LogEvent[] {
    const events: LogEvent[] = []
    let bytes = 0
    for (let offset = Math.max(after + 1, this.oldest); offset <= this.#top; offset++) {
      const event = this.#events.at(offset - this.oldest)!
      bytes += event.textBytes
      if (events.length >= maxEvents || (bytes > maxBytes && events.length > 0)) break
      events.push(event)
    }
    return events
  }
}

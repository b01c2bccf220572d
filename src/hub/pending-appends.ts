import type { LogEvent } from '../log/event-log.ts'
import { sizeOfAll } from './event-size.ts'
import { READ_BOUNDS } from './read-bounds.ts'

/** Most bytes that are held, as many as one read returns; the log is read again for the appends beyond them. */
const MAX_BYTES = READ_BOUNDS.maxBytes

/** The events of one append, as the log notifies its followers of it. */
export interface Append {
  readonly epoch: string
  readonly events: readonly LogEvent[]
}

/** Appends that a tail is notified of while it reads the log. */
export class PendingAppends {
  #appends: Append[] = []
  #bytes = 0

  /** Returns false if there is no room for it. */
  add(append: Append): boolean {
    if (this.#bytes >= MAX_BYTES) return false
    this.#appends.push(append)
    this.#bytes += sizeOfAll(append.events)
    return true
  }

  takeAll(): readonly Append[] {
    const appends = this.#appends
    this.#appends = []
    this.#bytes = 0
    return appends
  }
}

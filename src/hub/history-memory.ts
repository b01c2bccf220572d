import { EVENT_OVERHEAD } from './event-size.ts'
import { LiveMemory } from './live-memory.ts'
import type { PageMemory } from './pages.ts'
import { ReadMemory } from './read-memory.ts'
import type { WindowBounds } from './window.ts'

/** Bounds on a page: large enough that a usual history takes few, small enough that many readers at
 * different places find room. */
const PAGE_EVENTS = 1_000
const PAGE_BYTES = 256 * 1024
/** Pages that have room at once, at least, in their half of the memory. */
const MIN_PAGES = 16

/** In bytes. */
export interface HistoryMemoryOptions extends WindowBounds {
  /** The bound on all of it. */
  readonly readMemory: number
  /** The largest body of a publish, and so the largest event. */
  readonly bodyLimit: number
}

/**
 * What a process holds of histories, besides what waits on sockets. In three shares, so that none of them
 * can wait for another for ever: pages for readers that are behind, answers of polls until they are taken,
 * and the newest events.
 */
export class HistoryMemory {
  readonly pages: PageMemory
  readonly answers: ReadMemory
  readonly live: LiveMemory
  readonly bounds: WindowBounds

  constructor(options: HistoryMemoryOptions) {
    const { readMemory, bodyLimit } = options
    // Not a copy: the bound is read at every use.
    this.bounds = options
    const share = Math.min(1, readMemory / 4 / MIN_PAGES / PAGE_BYTES)
    this.pages = {
      memory: new ReadMemory(readMemory / 2),
      maxEvents: Math.max(1, Math.floor(PAGE_EVENTS * share)),
      maxBytes: Math.floor(PAGE_BYTES * share),
      largestEvent: 2 * bodyLimit + EVENT_OVERHEAD,
    }
    this.answers = new ReadMemory(readMemory / 4)
    this.live = new LiveMemory(readMemory / 4)
  }

  /** Lets go of what nobody has used for a while; to be called about once a second. */
  relax(now: number): void {
    this.pages.memory.relax(now)
    this.answers.relax(now)
  }

  close(): void {
    this.pages.memory.close()
    this.answers.close()
  }
}

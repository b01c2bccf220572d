import { MAX_TRACE_CONTEXT } from '../wire/trace-context.ts'
import { EVENT_OVERHEAD } from './event-size.ts'
import { LiveEventBudget } from './live-event-budget.ts'
import type { PageLimits } from './page-cache.ts'
import { MemoryBudget } from './memory-budget.ts'
import type { WindowBounds } from './recent-events.ts'

/** Bounds on a page: large enough that a usual history takes few, small enough that many readers at
 * different places find room. */
const PAGE_EVENTS = 1_000
const PAGE_BYTES = 256 * 1024
/** Pages that have room at once, at least, in their half of the memory. */
const MIN_PAGES = 16

/** In bytes. */
export interface HistoryBudgetOptions extends WindowBounds {
  /** The bound on all of it. */
  readonly readMemory: number
  /** The largest body of a publish, and so the largest event but for its trace context. */
  readonly bodyLimit: number
}

/**
 * What a process holds of histories, besides what waits on sockets. In three shares, so that none of them
 * can wait for another for ever: pages for readers that are behind, answers of polls until they are taken,
 * and the newest events.
 */
export class HistoryBudget {
  readonly pages: PageLimits
  readonly answers: MemoryBudget
  readonly live: LiveEventBudget
  readonly bounds: WindowBounds

  constructor(options: HistoryBudgetOptions) {
    const { readMemory, bodyLimit } = options
    // Not a copy: the bound is read at every use.
    this.bounds = options
    const share = Math.min(1, readMemory / 4 / MIN_PAGES / PAGE_BYTES)
    this.pages = {
      memory: new MemoryBudget(readMemory / 2),
      maxEvents: Math.max(1, Math.floor(PAGE_EVENTS * share)),
      maxBytes: Math.floor(PAGE_BYTES * share),
      largestEvent: 2 * (bodyLimit + MAX_TRACE_CONTEXT) + EVENT_OVERHEAD,
    }
    this.answers = new MemoryBudget(readMemory / 4)
    this.live = new LiveEventBudget(readMemory / 4)
  }

  /** Lets go of what nobody has used for a while; to be called about once a second. */
  evictIdle(now: number): void {
    this.pages.memory.evictIdle(now)
    this.answers.evictIdle(now)
  }

  close(): void {
    this.pages.memory.close()
    this.answers.close()
  }
}

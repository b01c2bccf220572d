import type { Live } from '../lib/live-value.ts'
import { MAX_TRACE_CONTEXT } from '../wire/trace-context.ts'
import { EVENT_OVERHEAD } from './event-size.ts'
import { LiveEventBudget } from './live-event-budget.ts'
import type { PageLimits } from './page-cache.ts'
import { MemoryBudget } from './memory-budget.ts'
import { READ_BOUNDS } from './read-bounds.ts'
import type { RecentEventsLimits } from './recent-events.ts'

/** Pages that have room at once, at least, in the share of the pages. */
const MIN_PAGES = 16

/** In bytes. */
export interface HistoryBudgetOptions {
  /** The bound on all three shares together. */
  readonly readMemory: number
  /** The largest body of a publish, and so the largest event but for its trace context. */
  readonly bodyLimit: number
}

/**
 * Bounds the memory that a process spends on histories, apart from the bytes pending on sockets. It has three
 * shares, so that none can wait for another for ever: pages for readers that are behind, answers of polls
 * until their clients have taken them, and the newest events.
 */
export class HistoryBudget {
  readonly pages: PageLimits
  readonly answers: MemoryBudget
  readonly live: LiveEventBudget
  readonly recent: Live<RecentEventsLimits>

  constructor({ readMemory, bodyLimit }: HistoryBudgetOptions, recent: Live<RecentEventsLimits>) {
    this.recent = recent
    const share = Math.min(1, readMemory / 4 / MIN_PAGES / READ_BOUNDS.maxBytes)
    this.pages = {
      budget: new MemoryBudget(readMemory / 2),
      maxEvents: Math.max(1, Math.floor(READ_BOUNDS.maxEvents * share)),
      maxBytes: Math.floor(READ_BOUNDS.maxBytes * share),
      largestEvent: 2 * (bodyLimit + MAX_TRACE_CONTEXT) + EVENT_OVERHEAD,
    }
    this.answers = new MemoryBudget(readMemory / 4)
    this.live = new LiveEventBudget(readMemory / 4)
  }

  /** Frees pages that are unused for a while. To be called about once a second. */
  evictIdle(now: number): void {
    this.pages.budget.evictIdle(now)
    this.answers.evictIdle(now)
  }

  close(): void {
    this.pages.budget.close()
    this.answers.close()
  }
}

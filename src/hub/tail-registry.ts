import type { EventLog } from '../log/event-log.ts'
import type { HistoryBudget } from './history-budget.ts'
import { Tail, type OnReceived } from './tail.ts'

interface Use {
  readonly tail: Tail
  users: number
  /** `performance.now()` when the last user left. */
  idleAt: number
}

/** How long a tail without users stays open, in ms: a client that polls again at once finds it open. */
const KEEP_IDLE = 5_000
/** Most idle tails; further ones are closed at once, so that a walk over channel names fills no memory. */
const MAX_IDLE = 1_000

/** The tails of this process: one per channel in use. */
export class TailRegistry {
  readonly #log: EventLog
  readonly #budget: HistoryBudget
  readonly #onReceived: OnReceived
  readonly #uses = new Map<string, Use>()
  #idle = 0

  constructor(log: EventLog, budget: HistoryBudget, onReceived: OnReceived) {
    this.#log = log
    this.#budget = budget
    this.#onReceived = onReceived
  }

  get size(): number {
    return this.#uses.size
  }

  /** The tail of a channel, in use or used a moment ago. */
  find(channel: string): Tail | undefined {
    return this.#uses.get(channel)?.tail
  }

  /** Each call must be paired with one `release`. */
  acquire(channels: readonly string[]): readonly Tail[] {
    return channels.map((channel) => this.#acquire(channel))
  }

  release(tails: readonly Tail[]): void {
    for (const tail of tails) {
      const use = this.#uses.get(tail.channel)
      if (use === undefined || --use.users > 0) continue
      if (this.#idle >= MAX_IDLE) {
        this.#close(use)
      } else {
        this.#idle++
        use.idleAt = performance.now()
      }
    }
  }

  /** Closes unused tails, and has the others drop events. To be called about once a second. */
  evictIdle(now: number): void {
    for (const use of this.#uses.values()) {
      if (use.users === 0 && use.idleAt < now - KEEP_IDLE) {
        this.#idle--
        this.#close(use)
      } else {
        use.tail.evictIdle(now)
      }
    }
  }

  close(): void {
    for (const use of this.#uses.values()) this.#close(use)
    this.#idle = 0
  }

  #acquire(channel: string): Tail {
    let use = this.#uses.get(channel)
    if (use === undefined) {
      const tail = new Tail(this.#log, channel, this.#budget, this.#onReceived)
      use = { tail, users: 0, idleAt: 0 }
      this.#uses.set(channel, use)
    } else if (use.users === 0) {
      this.#idle--
    }
    use.users++
    return use.tail
  }

  #close(use: Use): void {
    use.tail.close()
    this.#uses.delete(use.tail.channel)
  }
}

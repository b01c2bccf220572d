import type { EventLog } from '../log/event-log.ts'
import type { HistoryBudget } from './history-budget.ts'
import { Tail, type OnReceived } from './tail.ts'

/** A group of streams, or a poll: it keeps its channels open. */
export interface TailUser {
  readonly tails: readonly Tail[]
}

interface Use {
  readonly tail: Tail
  readonly users: Set<TailUser>
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

  /** Each channel that is in use, or was a moment ago. */
  channels(): IterableIterator<string> {
    return this.#uses.keys()
  }

  /** Those who use a channel now: the only place where that is counted. */
  *usersOf(channel: string): IterableIterator<TailUser> {
    yield* this.#uses.get(channel)?.users ?? []
  }

  /** Makes a user of these channels, to be given back by `release`. */
  acquire<User extends TailUser>(
    channels: readonly string[],
    makeUser: (tails: readonly Tail[]) => User,
  ): User {
    const uses = channels.map((channel) => this.#use(channel))
    const user = makeUser(uses.map(({ tail }) => tail))
    for (const use of uses) {
      if (use.users.size === 0) this.#idle--
      use.users.add(user)
    }
    return user
  }

  /** Harmless twice. */
  release(user: TailUser): void {
    for (const tail of user.tails) {
      const use = this.#uses.get(tail.channel)
      if (use?.users.delete(user) !== true || use.users.size > 0) continue
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
      if (use.users.size === 0 && use.idleAt < now - KEEP_IDLE) {
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

  #use(channel: string): Use {
    const known = this.#uses.get(channel)
    if (known !== undefined) return known
    const tail = new Tail(this.#log, channel, this.#budget, this.#onReceived)
    const use = { tail, users: new Set<TailUser>(), idleAt: performance.now() }
    this.#idle++
    this.#uses.set(channel, use)
    return use
  }

  #close(use: Use): void {
    use.tail.close()
    this.#uses.delete(use.tail.channel)
  }
}

import type { EventLog, Follower, LogEvent, ReadRange, ReadResult } from '../log/event-log.ts'
import { PendingAppends, type Append } from './pending-appends.ts'

/** What a synchroniser keeps up to date: the known history of one channel. */
export interface SyncedHistory {
  readonly channel: string
  /** Whether the channel was never written, as far as is known. */
  readonly isUnwritten: boolean
  /** What a read has to return to bring it up to date. */
  readonly missingRange: ReadRange
  /** Takes over a read of that range. */
  merge(read: ReadResult): void
  /** Adds the events of an append that it does not have yet. Returns false if they do not follow on it. */
  accept(append: Append): boolean
  /** Tells of what was merged and accepted. */
  notify(): void
}

/**
 * - `unopened`: it does not follow the channel, or has never read it: nobody has asked for that, or the log was away.
 * - `opening`: it begins to follow, and then reads for the first time.
 * - `current`: all that it was notified of is merged.
 * - `reading`: a read is under way, and appends wait for its end.
 * - `stale`: the last read has failed, and is to be repeated.
 * - `closed`: it neither follows nor reads any more.
 */
type State =
  | { readonly name: 'unopened' | 'current' | 'stale' | 'closed' }
  | {
      readonly name: 'opening' | 'reading'
      readonly done: Promise<void>
      /** The read may miss something, and has to be repeated. */
      isOutdated: boolean
    }

/**
 * How long a read counts, in ms. The position of a channel that was never written names the log's
 * incarnation, which the log forgets within a day: a tail must know the newest one.
 */
const MAX_READ_AGE = 3_600_000

/**
 * Decides when the log is read for a channel. It keeps the order that leaves no hole: follow first, then read, then
 * merge by offset.
 */
export class TailSync implements Follower {
  readonly #log: EventLog
  readonly #history: SyncedHistory
  #state: State = { name: 'unopened' }
  /** Appends that came while a read was under way. */
  readonly #pending = new PendingAppends()
  /** `performance.now()` when the last read began. */
  #readAt = 0
  #unfollow: (() => void) | undefined

  constructor(log: EventLog, history: SyncedHistory) {
    this.#log = log
    this.#history = history
  }

  get isClosed(): boolean {
    return this.#state.name === 'closed'
  }

  /**
   * Whether nothing has to be read to know all that the log holds. Notifications suffice for that while they come;
   * without them the log may have gone another way. A channel that was never written is read always, since no
   * notification announces a new incarnation of the log.
   */
  get isCurrent(): boolean {
    if (this.#state.name !== 'current' || this.#history.isUnwritten) return false
    return this.#log.isLive(this.#history.channel)
  }

  /** Resolves once no later event can be missed. After a failure, the next call tries again. */
  async open(): Promise<void> {
    if (this.#state.name === 'unopened') this.#begin('opening')
    if (this.#state.name === 'opening') await this.#state.done
  }

  /** Opens the tail, and resolves once it knows all that the log held at the call. */
  async catchUp(): Promise<void> {
    const isNew = this.#state.name === 'unopened'
    if (isNew) this.#begin('opening')
    await this.#settled()
    if (!isNew && !this.isCurrent) await this.read()
  }

  /** Reads the log. Resolves once the tail knows all that was accepted before the call. */
  async refresh(): Promise<void> {
    // A read that is under way may have begun before the call.
    await this.#settled()
    await this.read()
  }

  /** Reads the log, or waits for the read that is under way. */
  async read(): Promise<void> {
    if (this.#state.name === 'current' || this.#state.name === 'stale') this.#begin('reading')
    await this.#settled()
  }

  events(epoch: string, events: readonly LogEvent[]): void {
    const state = this.#state
    if (state.name === 'unopened' || state.name === 'closed') return
    const append = { epoch, events }
    if (state.name === 'opening' || state.name === 'reading') {
      if (!this.#pending.add(append)) state.isOutdated = true
    } else if (this.#history.accept(append)) {
      this.#history.notify()
    } else {
      this.invalidate()
    }
  }

  invalidate(): void {
    const state = this.#state
    if (state.name === 'opening' || state.name === 'reading') {
      state.isOutdated = true
    } else if (state.name === 'current' || state.name === 'stale') {
      // Streams stay open if the read fails; `repeatDue` repeats it.
      this.#begin('reading')
      this.#settled().catch(() => undefined)
    }
  }

  /** Reads the log where the last read has failed, or is too long ago. To be called about once a second. */
  repeatDue(now: number): void {
    const { name } = this.#state
    const isOld = name === 'current' && now - this.#readAt > MAX_READ_AGE
    if (isOld || name === 'stale') this.invalidate()
  }

  close(): void {
    this.#state = { name: 'closed' }
    this.#unfollow?.()
  }

  /** Resolves when no read is under way; rejects if the present one fails. */
  async #settled(): Promise<void> {
    if (this.#state.name === 'opening' || this.#state.name === 'reading') await this.#state.done
  }

  #begin(name: 'opening' | 'reading'): void {
    const { promise: done, resolve, reject } = Promise.withResolvers<void>()
    const state = { name, done, isOutdated: false }
    this.#state = state
    this.#run(state).then(resolve, reject)
  }

  async #run(state: State & { isOutdated: boolean }): Promise<void> {
    let next: 'unopened' | 'current' | 'stale' = state.name === 'opening' ? 'unopened' : 'stale'
    try {
      if (state.name === 'opening') await this.#follow()
      await this.#read(state)
      // No await from here to the next state: what came between would stay pending.
      this.#acceptPending(state)
      next = 'current'
    } finally {
      // What came during a read that has failed is in the next one.
      this.#pending.takeAll()
      if (!this.isClosed) {
        this.#state = { name: next }
        if (state.isOutdated) this.invalidate()
      }
    }
  }

  async #follow(): Promise<void> {
    if (this.#unfollow !== undefined) return
    const unfollow = await this.#log.follow(this.#history.channel, this)
    if (this.isClosed) unfollow()
    else this.#unfollow = unfollow
  }

  /** Merges what the log holds. */
  async #read(state: { isOutdated: boolean }): Promise<void> {
    const history = this.#history
    do {
      if (this.isClosed) return
      state.isOutdated = false
      // The read will return the pending appends, too.
      this.#pending.takeAll()
      this.#readAt = performance.now()
      const read = await this.#log.read(history.channel, history.missingRange)
      if (this.isClosed) return
      history.merge(read)
      // The read repeats, but subscribers that wait for events that are known go on.
      if (state.isOutdated) history.notify()
    } while (state.isOutdated)
  }

  /** Adds the appends that came during the read. */
  #acceptPending(state: { isOutdated: boolean }): void {
    if (this.isClosed) return
    for (const append of this.#pending.takeAll()) {
      if (!this.#history.accept(append)) state.isOutdated = true
    }
    this.#history.notify()
  }
}

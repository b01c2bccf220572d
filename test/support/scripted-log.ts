import {
  LogUnavailable,
  type AppendResult,
  type EventLog,
  type Follower,
  type LogEvent,
  type LogStatus,
  type NewEvent,
  type ReadRange,
  type ReadResult,
  type TracedAppend,
} from '../../src/log/event-log.ts'
import { ScriptedHistory, type Notification } from './scripted-history.ts'

/** More reads than any script needs. Without a limit, an endless loop of reads would exhaust the machine. */
const MAX_READS = 20_000

/** The server side of a log, as its connections see it. */
export interface LogServer {
  readonly connections: Set<{ hear(notification: Notification): void }>
  append(channel: string, events: readonly NewEvent[]): { epoch: string; first: number }
  read(channel: string, range: ReadRange): ReadResult
}

/**
 * A log whose failures a test scripts, step by step and the same each time: one process's connection
 * to a server, which other processes may share.
 */
export class ScriptedLog<Server extends LogServer = ScriptedHistory> implements EventLog {
  readonly history: Server
  /** Every requested read, answered or not. */
  readonly reads: ({ readonly channel: string } & ReadRange)[] = []
  /** How calls of the port are answered. */
  answering: 'at-once' | 'held' | 'failing' = 'at-once'
  /** Whether held reads return the log as it was at the request, like late replies. */
  areRepliesLate = false
  /** The error of failing calls. */
  failure: Error = new LogUnavailable('the script says so')
  /** How notifications of appends are delivered. */
  notifying: 'at-once' | 'twice' | 'late' | 'lost' = 'at-once'
  /** When watchers are told of traced appends, as seen from their notification. */
  announcing: 'before' | 'after' | 'late' | 'lost' = 'after'
  /** Whether the log knows that notifications do not come. */
  isSilent = false
  readonly #held: (() => void)[] = []
  readonly #followers = new Map<string, Set<{ readonly follower: Follower }>>()
  readonly #watchers = new Set<{ readonly listener: (append: TracedAppend) => void }>()
  #late: Notification[] = []
  #lateAnnouncements: Notification[] = []

  constructor(history: Server = new ScriptedHistory() as LogServer as Server) {
    this.history = history
    history.connections.add(this)
  }

  async append(channel: string, events: readonly NewEvent[]): Promise<AppendResult> {
    await this.#answer()
    const { epoch, first } = this.history.append(channel, events)
    return { kind: 'accepted', epoch, first, count: events.length, repeated: false }
  }

  async read(channel: string, range: ReadRange): Promise<ReadResult> {
    if (this.reads.length >= MAX_READS) throw new Error(`${channel} is read in a loop`)
    this.reads.push({ channel, ...range })
    const early = this.history.read(channel, range)
    const wasHeld = await this.#answer()
    return wasHeld && this.areRepliesLate ? early : this.history.read(channel, range)
  }

  async follow(channel: string, follower: Follower): Promise<() => void> {
    await this.#answer()
    const followers = this.#followers.get(channel) ?? new Set()
    const subscription = { follower }
    this.#followers.set(channel, followers.add(subscription))
    return () => {
      followers.delete(subscription)
    }
  }

  watchTraces(listener: (append: TracedAppend) => void): () => void {
    const watcher = { listener }
    this.#watchers.add(watcher)
    return () => {
      this.#watchers.delete(watcher)
    }
  }

  /** Callers of `watchTraces` that have not ended it. */
  get watchers(): number {
    return this.#watchers.size
  }

  reaches(): boolean {
    return this.answering !== 'failing'
  }

  isLive(): boolean {
    return !this.isSilent
  }

  status(): LogStatus {
    const reachable = this.answering !== 'failing'
    return { ready: true, reachable, state: reachable ? 'ok' : 'away', troubles: [], details: {} }
  }

  async close(): Promise<void> {
    this.#followers.clear()
    this.#watchers.clear()
  }

  hear(notification: Notification): void {
    if (this.announcing === 'before') this.#announce(notification)
    this.#hearEvents(notification)
    if (this.announcing === 'after') this.#announce(notification)
    else if (this.announcing === 'late') this.#lateAnnouncements.push(notification)
  }

  /** Makes the late announcements. */
  announceLate(): void {
    for (const notification of this.#lateAnnouncements.splice(0)) this.#announce(notification)
  }

  /** Delivers the late notifications. */
  deliverLate(order: 'in-order' | 'newest-first' = 'in-order'): void {
    const late = this.#late
    this.#late = []
    for (const notification of order === 'in-order' ? late : late.toReversed()) {
      this.#notify(notification)
    }
  }

  /** Invalidates all followers, as an adapter does after a reconnect and at position checks. */
  invalidate(): void {
    for (const followers of this.#followers.values()) {
      for (const { follower } of followers) follower.invalidate()
    }
  }

  get heldCalls(): number {
    return this.#held.length
  }

  /** Answers held calls: the one at this index of the queue, or all. */
  release(index?: number): void {
    const released = index === undefined ? this.#held.splice(0) : this.#held.splice(index, 1)
    for (const resume of released) resume()
  }

  followers(channel: string): number {
    return this.#followers.get(channel)?.size ?? 0
  }

  #announce({ channel, epoch, events }: Notification): void {
    const [{ offset, time, trace }] = events as [LogEvent]
    if (trace === undefined) return
    const append = { channel, epoch, first: offset, count: events.length, time, trace }
    for (const { listener } of this.#watchers) listener(append)
  }

  #hearEvents(notification: Notification): void {
    if (this.notifying === 'late') this.#late.push(notification)
    else if (this.notifying !== 'lost') this.#notify(notification)
    if (this.notifying === 'twice') this.#notify(notification)
  }

  #notify({ channel, epoch, events }: Notification): void {
    for (const { follower } of this.#followers.get(channel) ?? []) follower.events(epoch, events)
  }

  /** Resolves when the call is to be answered, with whether it was held. */
  async #answer(): Promise<boolean> {
    const isHeld = this.answering === 'held'
    if (isHeld) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#held.push(resolve)
      await promise
    }
    if (this.answering === 'failing') throw this.failure
    return isHeld
  }
}

import type { TraceContext } from '../wire/trace-context.ts'
import type { History } from './history.ts'

/** An event as it is published. */
export interface NewEvent {
  readonly name: string
  /** Lines end in LF alone. */
  readonly data: string
  /** The trace in which it was published; a retry of the same event may come with another. */
  readonly trace?: TraceContext
}

/** An event as the log accepted it. */
export interface LogEvent extends NewEvent {
  readonly offset: number
  /** Milliseconds since 1970 in UTC, when the log accepted it. */
  readonly time: number
}

/**
 * Makes a retried append harmless for ten minutes. Both texts have 1 to 64 printable characters of ASCII and no space,
 * as digests do: they are stored and compared as they are.
 */
export interface IdempotencyKey {
  /** Unique within the channel; its scope, such as the principal, is a part of it. */
  readonly key: string
  /** Equal only for events of equal names and data, such as a hash of both. */
  readonly fingerprint: string
}

/**
 * - `accepted`: the events are at offsets `first` … `first + count - 1` of `epoch`; `repeated` when an earlier
 *   append with the same key has appended them.
 * - `key-reused`: the key was used for other events.
 * - `too-large`: more events or bytes than the channel's history holds; they could never all be kept.
 * - `full`: no room, and none can be made; `limit` names the bound that was reached.
 */
export type AppendResult =
  | {
      readonly kind: 'accepted'
      readonly epoch: string
      readonly first: number
      readonly count: number
      readonly repeated: boolean
      /** Whether a replica has confirmed it; absent where appends do not wait for replicas. */
      readonly isReplicated?: boolean
    }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'full'; readonly limit: 'channels' | 'bytes' | 'keys' | 'memory' }

export interface ReadRange {
  /** Events after this offset. */
  readonly after: number
  readonly maxEvents: number
  /** Bound on the events' names, data and trace contexts in bytes; one event is returned even if it is larger. */
  readonly maxBytes: number
}

export interface ReadResult {
  /** The history at the moment of the read. */
  readonly history: History
  /** Dense and ascending, from `max(after + 1, history.oldest)`. */
  readonly events: readonly LogEvent[]
}

/** The methods must not throw: no caller could handle the error, and other followers would miss events. */
export interface Follower {
  /** One append: dense, ascending offsets of `epoch`. Batches of one channel arrive in order. */
  events(epoch: string, events: readonly LogEvent[]): void
  /** Events may have been missed or replaced: the follower must read the channel again. */
  invalidate(): void
}

/** An append whose events carry a trace context: all have the same. */
export interface TracedAppend {
  readonly channel: string
  readonly epoch: string
  /** Its first offset. */
  readonly first: number
  readonly count: number
  /** As in `LogEvent`. */
  readonly time: number
  readonly trace: TraceContext
}

/** A cause for which requests to the log fail. Holds no secrets. */
export interface LogTrouble {
  /**
   * `away`: the log does not answer, or not yet; waiting may be enough. `refused`: the log answers, but
   * refuses the request.
   */
  readonly state: 'away' | 'refused'
  /** Stable, however `detail` is worded, so that alerts can match it. */
  readonly code: string
  /** For operators only: may name hosts, users and keys. */
  readonly detail: string
  /** The remedy. Public: names no hosts, users or keys. */
  readonly mend: string
  /** Whether only an operator can end it, so that an early retry is pointless. */
  readonly isLasting: boolean
}

/**
 * A trouble and its course so far, for operators. `schema/snapshot.ts` repeats the fields of it and of
 * `LogStatus`, since the log does not import schemas.
 */
export interface LogTroubleReport extends Omit<LogTrouble, 'isLasting'> {
  /** Which requests fail: all, some, or those of one channel. */
  readonly scope: 'log' | 'requests' | 'channel'
  /** RFC 3339. */
  readonly since: string
  readonly seconds: number
  /** Number of requests that it has failed so far. */
  readonly count: number
  readonly channel?: string
  readonly key?: string
}

export interface LogStatus {
  /** Whether the log was reached at least once. */
  readonly ready: boolean
  /** Whether the log can be used now. */
  readonly reachable: boolean
  /** A trouble of one channel alone does not count. */
  readonly state: 'ok' | LogTrouble['state']
  readonly troubles: readonly LogTroubleReport[]
  /** Sizes and addresses for operators; no secrets. */
  readonly details: Readonly<Record<string, string | number>>
}

/**
 * The log did not answer in time, its answer was lost, or it refused the request. The outcome of an append is
 * unknown.
 */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable'
  readonly trouble: LogTrouble | undefined

  /** Without a `trouble`, the log is away. */
  constructor(message: string, options: ErrorOptions & { readonly trouble?: LogTrouble } = {}) {
    super(message, options)
    this.trouble = options.trouble
  }
}

/**
 * The ordered, bounded history of every channel.
 *
 * Promises that every adapter keeps, checked by `event-log.suite.ts`:
 *  1. Offsets of a channel rise by exactly one, however many append; the events of one append are neighbors.
 *  2. An append is accepted or refused as a whole, and a refused one changes nothing.
 *  3. Once `append` has resolved, every `read` returns its events until they are trimmed, each with its
 *     name, data and trace context.
 *  4. A key repeated with the same fingerprint within ten minutes gives the first positions again.
 *  5. Events leave from the oldest end only, by count, bytes and age; `history` counts them exactly.
 *  6. Reading and following add no event and no channel: a channel exists from its first append on.
 *  7. A position that was given out is never given another meaning: after a loss, the epoch differs.
 *  8. From the moment `follow` has resolved, each append reaches the follower once and in order, as it is
 *     read, or the follower is told to `invalidate`.
 *  9. The memory of the log is bounded, in events, channels and keys. Name, data and trace context count.
 * 10. Appends whose events carry a trace context are announced to every watcher in every process, whether it follows
 *     the channel or not: at most once, after the append, and not at all where the log is away or refuses it.
 * 11. After `close` no follower or watcher is called, and closing twice is harmless.
 * 12. `isLive` is true only for channels that this process follows, and false from the moment that notifications are
 *     known to be lost until they are known to come again. By then each follower has been told of all that it
 *     missed, by its events or by `invalidate`: while it is true, nobody has to read to learn of an append.
 * 13. `reaches` and `status` answer at once, from what is known: within seconds they show that the log is away, and
 *     that it is back. `reaches` speaks of one channel, whatever the others do. A closed log is away.
 *
 * `append`, `read` and `follow` reject with `LogUnavailable` within seconds when the log is away or refuses.
 */
export interface EventLog {
  /** `events` holds at least one event; the caller has checked all of them. */
  append(channel: string, events: readonly NewEvent[], key?: IdempotencyKey): Promise<AppendResult>
  read(channel: string, range: ReadRange): Promise<ReadResult>
  /** Resolves to a function that ends the following; calling it twice is harmless. */
  follow(channel: string, follower: Follower): Promise<() => void>
  /** Calls back for each traced append. Returns a function that ends it; calling it twice is harmless. The listener must
   * not throw. */
  watchTraces(listener: (append: TracedAppend) => void): () => void
  /** Whether the server that holds this channel answers. */
  reaches(channel: string): boolean
  /** Whether appends reach the followers of a channel as they are made. While not, only a read shows its top. */
  isLive(channel: string): boolean
  status(): LogStatus
  close(): Promise<void>
}

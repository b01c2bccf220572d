import type { LogEvent } from '../log/event-log.ts'
import type { Gap } from '../schema/system-events.ts'
import type { SpanIds, TraceContext } from '../wire/trace-context.ts'

/**
 * Why a stream ended:
 * - `client`: the peer closed the connection; `reset`: the peer broke it off; `vanished`: the peer stopped
 *   answering; `noise`: the peer sent bytes that no stream expects.
 * - `age`, `drain`, `shed`: the client was asked to come back.
 * - `stalled`: the peer read nothing for too long. `fault`: an unexpected error in the service.
 */
export type CloseReason =
  | 'client'
  | 'reset'
  | 'vanished'
  | 'noise'
  | 'age'
  | 'drain'
  | 'shed'
  | 'stalled'
  | 'fault'

export const CLOSED_BY: Readonly<Record<CloseReason, 'client' | 'server'>> = {
  client: 'client',
  reset: 'client',
  vanished: 'client',
  noise: 'client',
  age: 'server',
  drain: 'server',
  shed: 'server',
  stalled: 'server',
  fault: 'server',
}

/** A request: its client, its time and its trace. */
export interface RequestRecord {
  /** Empty for an anonymous client. */
  readonly principal: string
  /** Address of the client, as far as proxies are trusted. */
  readonly address: string
  /** `performance.now()` when the request came. */
  readonly requestedAt: number
  /** The trace that the client named; undefined where it named none. */
  readonly trace: TraceContext | undefined
  /** The span of the request; undefined where it is not traced. */
  readonly span: SpanIds | undefined
}

/** The present state of a stream. */
export interface StreamRecord {
  /** Names this connection in log lines and traces. */
  readonly id: string
  readonly request: RequestRecord
  readonly channels: readonly string[]
  /** `performance.now()` when `runnel.open` was written; undefined until then. */
  readonly openedAt: number | undefined
  /** `none`: it began without a cursor; `resumed`: it goes on from the client's cursor; `gap`: a gap stands between. */
  readonly resume: 'none' | 'resumed' | 'gap'
  /** Events and bytes handed to the socket. */
  readonly events: number
  readonly bytes: number
  /** The cursor after the last event or gap that was handed to the socket. */
  readonly lastId: string
}

/**
 * Observes streams. The service must work the same without it, and it must not throw. Each stream is
 * closed once, and opened once before that unless it ends sooner; or it is refused, and nothing else.
 */
export interface HubObserver {
  opened(stream: StreamRecord): void
  /** A stream has read all that it had missed, and is live from here on. Called at most once a stream. */
  caughtUp(stream: StreamRecord): void
  /** A stream was told of gaps. */
  gapped(stream: StreamRecord, gaps: readonly Gap[]): void
  /** The log has handed over events, all of one append or read, in the order of their offsets. Once for each process,
   * not for each stream. */
  received(channel: string, events: readonly LogEvent[]): void
  /** A batch was handed to all live streams of its channels. `duration` in ms. */
  fannedOut(duration: number): void
  closed(stream: StreamRecord, reason: CloseReason, error?: unknown): void
  /** A stream that was not opened, since the log cannot be reached, or the stream was to move while it waited for it. */
  refused(what: 'stream', reason: 'log' | 'drain', request: RequestRecord): void
}

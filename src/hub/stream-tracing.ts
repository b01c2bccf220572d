import type { LogEvent } from '../log/event-log.ts'
import type { SpanIds, TraceContext } from '../wire/trace-context.ts'
import type { CloseReason, StreamRecord } from './hub-observer.ts'

/**
 * What happened to a traced append at one stream:
 * - `written`: the kernel took its bytes at once.
 * - `slow`: its bytes waited in this process until the kernel took them.
 * - `dropped`: the buffer of the stream was full, so the stream left live delivery. It reads the events from the
 *   log once its socket takes bytes again, unless the stream ends first.
 * - `late`: the stream was open, but behind, and has read the events from the log.
 */
export type DeliveryOutcome = 'written' | 'slow' | 'dropped' | 'late'

/** The arrival of a traced append in this process. Its events have one trace, and neighboring offsets. */
export interface Arrival {
  readonly channel: string
  /** The position of its last event, as clients see it. */
  readonly position: string
  /** Number of its events. */
  readonly count: number
  /** The context that its events carry. */
  readonly trace: TraceContext
  /** Milliseconds since 1970 in UTC, when the log accepted it. */
  readonly acceptedAt: number
  /**
   * How this process learned of it: `notification`; `read`, where a notification was missed; or `announcement`, where
   * the channel has no subscribers here, or all of them will read the events from the log.
   */
  readonly source: 'notification' | 'read' | 'announcement'
  /** `performance.now()` at its arrival. */
  readonly at: number
  /** Open streams of the channel in this process. */
  readonly streams: number
  /** Those among them that are live, and get it from the fan-out; the others are behind. */
  readonly live: number
}

/** A delivery whose bytes wait for the kernel. */
export interface SlowDelivery {
  /** The kernel has taken the bytes. */
  drained(): void
  /** The stream has ended before. */
  cut(reason: CloseReason): void
}

/** The way of one traced append through this process. Every call after `end` but those of slow deliveries is ignored. */
export interface FanOutTrace {
  /**
   * To be called once for each live stream, in the order of the deliveries, with its last event. `pendingBytes`: bytes
   * that wait in this process for the stream's socket.
   */
  delivered(stream: StreamRecord, outcome: 'written' | 'dropped', pendingBytes: number): void
  /** The bytes of a live stream wait, to which they were just delivered. Undefined where there are traces of slow
   * deliveries enough. */
  slow(stream: StreamRecord, pendingBytes: number): SlowDelivery | undefined
  /** All live streams have been given its last event. `bytes`: those of its batch, once for each stream. */
  end(totals: { readonly written: number; readonly dropped: number; readonly bytes: number }): void
}

/** Events that belong to traces, by channel; at least one in each. */
export type TracedEvents = ReadonlyMap<string, readonly LogEvent[]>

/** The opening of one stream, from its request until it is live. Its holder calls `end` once; later calls are ignored. */
export interface ConnectTrace {
  readonly span: SpanIds
  /** The client may read the channels, and has got a slot. */
  admitted(): void
  /** `runnel.open` is written: the tails are open, and the start position is known. */
  opened(stream: StreamRecord): void
  /** Events were read from the log for it. `missed`: those among them that belong to traces, and are no late deliveries. */
  replayed(count: number, missed: TracedEvents): void
  /** `live`; or the stream ended before, was refused, or failed. */
  end(outcome: ConnectOutcome): void
}

export type ConnectOutcome =
  | { readonly kind: 'live' }
  /** The client was gone before its stream began. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'closed'; readonly reason: CloseReason; readonly error?: unknown }
  | { readonly kind: 'refused'; readonly reason: 'limit' | 'client' | 'log' | 'drain' }
  /** Answered with a status in place of a stream. */
  | { readonly kind: 'answered'; readonly status: number }

/**
 * Traces the ways of events and streams through this process. The hub works the same without it. No method throws,
 * and no trace lives as long as a stream.
 */
export interface StreamTracing {
  /** Whether this process traces anything: if not, nothing is looked for. */
  readonly isOn: boolean
  /** Undefined where this process traces nothing. */
  arrived(arrival: Arrival): FanOutTrace | undefined
  /** A stream that was behind has read traced events that were accepted while it was open. */
  late(stream: StreamRecord, channel: string, traced: readonly LogEvent[]): void
  closed(stream: StreamRecord, reason: CloseReason, error?: unknown): void
}

/** Traces nothing. */
export const NO_STREAM_TRACING: StreamTracing = {
  isOn: false,
  arrived: () => undefined,
  late: () => {},
  closed: () => {},
}

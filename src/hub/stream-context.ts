/** The inputs of a stream: the options of its request, and the parts that all streams of a process share. */
import type { Live } from '../lib/live-value.ts'
import type { ClosingReason } from './encode-system-event.ts'
import type { HubObserver, RequestRecord } from './hub-observer.ts'
import type { Start } from './reader.ts'
import type { ConnectTrace, StreamTracing } from './stream-tracing.ts'
import type { WriteScheduler } from './write-scheduler.ts'

/** One of the streams that a limit allows. */
export interface StreamSlot {
  release(): void
  /** Hands the slot to a new owner. Releasing this object has no effect afterwards. */
  move(): StreamSlot
}

/** The options of a request for a stream, besides its channels, and the slot that it was admitted with. */
export interface StreamRequest {
  readonly start: Start
  /** Heartbeats as events that page script can see. */
  readonly ping: boolean
  /** The names in its query that mean nothing, which `runnel.open` tells; undefined where there are none. */
  readonly ignored: readonly string[] | undefined
  readonly request: RequestRecord
  /** The trace of its opening, which the stream ends; undefined where it has none. */
  readonly connect: ConnectTrace | undefined
  /** Reference to a poll that goes on from a cursor, for a refusal. */
  readonly pollPath: (cursor: string) => string
  /** The stream takes it over once it is made, and releases it when it closes. Until then it is the caller's. */
  readonly slot: StreamSlot
}

/** Times in ms, sizes in bytes. */
export interface StreamSettings {
  readonly heartbeat: number
  readonly retry: number
  /** Read when a stream opens: a lowered age closes no open stream. */
  readonly maxAge: number
  /** How long an event may wait for others that share its write; 0 for no longer than a tick. */
  readonly flushInterval: number
  readonly subscriberBuffer: number
  readonly subscriberStall: number
}

/** The parts that all streams of a process share; one reference to them keeps each stream small. */
export interface StreamContext<Stream> {
  readonly settings: Live<StreamSettings>
  readonly scheduler: WriteScheduler
  readonly observer: HubObserver
  readonly tracing: StreamTracing
  /** Ms for the `retry:` of a closing event, jittered; `limit` and `log` for streams that are refused. */
  readonly retryAfterClose: (reason: ClosingReason | 'limit' | 'log') => number
  /** Events and bytes handed to sockets, all streams together. */
  delivered: number
  sentBytes: number
  /** Those of the delivered events that were read from the log, for streams that were behind. */
  replayed: number
  /** Those of the replayed events that went to streams which had been live before, and had fallen behind. */
  lateEvents: number
  /** Events that live streams were not given, since their buffers were full. They read them later, if they can. */
  droppedEvents: number
  /** Forgets a stream that has closed. */
  release(stream: Stream): void
}

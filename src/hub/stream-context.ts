/** What a stream is made with: what its request says, and what all streams of a process share. */
import type { Live } from '../lib/live.ts'
import type { ClosingReason } from './encode-system-event.ts'
import type { HubObserver, RequestRecord } from './hub-observer.ts'
import type { Start } from './reader.ts'
import type { WriteScheduler } from './write-scheduler.ts'

/** What the request says about a stream, besides its channels, and what was taken for it. */
export interface StreamRequest {
  readonly start: Start
  /** Heartbeats as events that page script can see. */
  readonly ping: boolean
  readonly request: RequestRecord
  /** Reference to a poll that goes on from a cursor, for a refusal. */
  readonly pollPath: (cursor: string) => string
  /** What the stream takes of the limits on streams: the stream's own from now on, which disposes of it
   * when it closes. */
  readonly slot: Disposable
}

/** Times in ms, sizes in bytes. */
export interface StreamSettings {
  readonly heartbeat: number
  readonly retry: number
  /** Drawn when a stream opens: a lowered age closes nobody. */
  readonly maxAge: number
  readonly subscriberBuffer: number
  readonly subscriberStall: number
}

/** What all streams of a process share; one reference keeps each of them small. */
export interface StreamContext<Stream> {
  readonly settings: Live<StreamSettings>
  readonly scheduler: WriteScheduler
  readonly observer: HubObserver
  /** Ms for the `retry:` of a stream that is closed on purpose, jittered. */
  readonly retryAfterClose: (reason: ClosingReason | 'log') => number
  /** Events handed to sockets, all streams together. */
  delivered: number
  /** Forgets a stream that has closed. */
  release(stream: Stream): void
}

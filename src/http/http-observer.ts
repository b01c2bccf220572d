import type { RequestRecord } from '../hub/hub-observer.ts'
import type { AppendResult } from '../log/event-log.ts'

export type RefusalReason = 'limit' | 'client' | 'log' | 'drain'

/** What may be sent away. */
export type Refused = 'stream' | 'poll' | 'publish'

/** What became of something that the log was asked for. */
export interface Failure {
  readonly kind: 'failed'
  readonly error: unknown
}

/** A publish that the log has answered, or not. */
export interface PublishRecord {
  readonly request: RequestRecord
  readonly channel: string
  /** How many events it brought. */
  readonly count: number
  readonly outcome: AppendResult | Failure
}

/** A poll that has its answer, or none. */
export interface PollRecord {
  readonly request: RequestRecord
  readonly channels: readonly string[]
  readonly outcome:
    | {
        readonly kind: 'answered'
        readonly events: number
        readonly gaps: number
        readonly cursor: string
      }
    | Failure
}

/**
 * Told what happens to requests, each time at once, so that now is the end of what it is told of. Nothing
 * depends on what it does, and it must not throw.
 */
export interface HttpObserver {
  /** Streams answer 200, so no proxy's access log shows it. */
  refused(what: Refused, reason: RefusalReason, request: RequestRecord): void
  /** Connections beyond all limits were closed at once, so many since the last call. */
  dropped(count: number): void
  published(publish: PublishRecord): void
  polled(poll: PollRecord): void
  /** A request failed in a way that nobody foresaw. */
  failed(error: unknown): void
}

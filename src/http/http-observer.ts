import type { RequestRecord } from '../hub/hub-observer.ts'
import type { AppendResult } from '../log/event-log.ts'

export type RefusalReason = 'limit' | 'client' | 'log' | 'drain'

/** The kinds of requests that may be refused for want of capacity. */
export type Refused = 'stream' | 'poll' | 'publish'

/** The outcome of a request to the log that failed. */
export interface Failure {
  readonly kind: 'failed'
  readonly error: unknown
}

/** A publish and its outcome. */
export interface PublishRecord {
  readonly request: RequestRecord
  readonly channel: string
  /** Number of its events. */
  readonly count: number
  readonly outcome: AppendResult | Failure
  /** From the request to the log until its answer, in ms. */
  readonly duration: number
}

/** A poll and its outcome. */
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

/** The answer to a request. */
export interface AnswerRecord {
  /** As in the router, such as `/publish/:channel`; undefined for paths that are no route. */
  readonly route: string | undefined
  /** One of the methods that the service knows; undefined for others. */
  readonly method: string | undefined
  readonly status: number
  /** From the request to the end of its answer, in ms. */
  readonly duration: number
}

/**
 * Observes requests. Each call comes at the moment of its event, so an observer may take the time itself. The
 * service must work the same without it, and it must not throw.
 */
export interface HttpObserver {
  /** A refused stream is answered 200, so access logs of proxies do not show the refusal. */
  refused(what: Refused, reason: RefusalReason, request: RequestRecord): void
  /** `count` connections beyond the limit were closed at once since the last call. */
  dropped(count: number): void
  published(publish: PublishRecord): void
  polled(poll: PollRecord): void
  /** A request was answered, but for streams, health checks and polls that were held. */
  answered(answer: AnswerRecord): void
  /** A request failed with an unexpected error. */
  failed(error: unknown): void
}

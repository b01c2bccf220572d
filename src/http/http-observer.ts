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

/** The methods that answers are told apart by: a client may make up as many others as it likes. */
export const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'] as const
export type Method = (typeof METHODS)[number]

/** The answer to a request. */
export interface AnswerRecord {
  /**
   * As in the router, such as `/publish/:channel`; undefined where no route has the path, and for requests that are
   * answered before a route is looked for, such as preflights.
   */
  readonly route: string | undefined
  /** Undefined for others. */
  readonly method: Method | undefined
  readonly status: number
  /**
   * From the request to the end of its answer, in ms. Where the client has left before, to the moment at which the
   * service is done with the request.
   */
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
  /**
   * A request of the public listener was answered, with success or with a problem, or its client left before. Not told
   * of:
   * - requests that a stream answers, or the event of one that refuses it;
   * - polls that got a slot, held or not: `polled` tells of them;
   * - health checks, whatever their method;
   * - requests that the HTTP server refuses itself, since they are malformed or took too long to come in.
   */
  answered(answer: AnswerRecord): void
  /** A request failed with an unexpected error. */
  failed(error: unknown): void
}

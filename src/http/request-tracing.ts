import type { ConnectTrace } from '../hub/stream-tracing.ts'
import type { RequestRecord } from '../hub/hub-observer.ts'
import type { AppendResult, NewEvent } from '../log/event-log.ts'
import type { SpanIds, TraceContext } from '../wire/trace-context.ts'
import type { Failure } from './http-observer.ts'

/** A publish whose body is read and found good. */
export interface PublishStart {
  readonly request: RequestRecord
  readonly channel: string
  readonly events: readonly NewEvent[]
  /** Whether the client asks for a trace, and is one that may. */
  readonly isForced: boolean
}

/** The trace of one publish. Its holder calls `end` once. */
export interface PublishTrace {
  /** The span of the request. */
  readonly span: SpanIds
  /** The context that goes along with the events: that of the span of the append. */
  readonly context: TraceContext
  /** The log has answered, or failed. */
  appended(outcome: AppendResult | Failure): void
  /** `status`: that of the answer. */
  end(status: number): void
}

/** Traces requests. The routes work the same without it. No method throws. */
export interface RequestTracing {
  /** Undefined where the publish is not traced. Its events then carry no context. */
  publish(start: PublishStart): PublishTrace | undefined
  /** Undefined where the stream is not traced. The holder of the result ends it, or hands it to the hub. */
  connect(request: RequestRecord): ConnectTrace | undefined
}

/** Traces nothing. Events then carry no context either: a trace that a client keeps would reach other processes past the
 * trust and the rates, which only tracing knows. */
export const NO_REQUEST_TRACING: RequestTracing = {
  publish: () => undefined,
  connect: () => undefined,
}

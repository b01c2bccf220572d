import type { PublishStart, PublishTrace, RequestTracing } from '../../src/http/request-tracing.ts'
import type { RequestRecord } from '../../src/hub/hub-observer.ts'
import type { ConnectOutcome, ConnectTrace } from '../../src/hub/stream-tracing.ts'
import type { SpanIds, TraceContext } from '../../src/wire/trace-context.ts'

interface RecordedPublish {
  readonly start: PublishStart
  readonly span: SpanIds
  readonly context: TraceContext
  /** The names and arguments of the calls, in order. */
  readonly calls: (readonly [name: 'appended' | 'end', argument: unknown])[]
}

interface RecordedConnect {
  readonly request: RequestRecord
  readonly span: SpanIds
  /** How often it was said to be admitted. */
  admitted: number
  readonly ends: ConnectOutcome[]
}

/** Traces all requests, or none while it is off, and records what it is told. */
export class RecordingTracing implements RequestTracing {
  isOn = true
  readonly publishes: RecordedPublish[] = []
  readonly connects: RecordedConnect[] = []

  publish(start: PublishStart): PublishTrace | undefined {
    if (!this.isOn) return undefined
    const span = this.#newSpan()
    const context = { traceparent: traceresponseOf({ ...span, spanId: '2222222222222222' }) }
    const calls: RecordedPublish['calls'] = []
    this.publishes.push({ start, span, context, calls })
    return {
      span,
      context,
      appended: (outcome) => calls.push(['appended', outcome]),
      end: (status) => calls.push(['end', status]),
    }
  }

  connect(request: RequestRecord): ConnectTrace | undefined {
    if (!this.isOn) return undefined
    const span = this.#newSpan()
    const recorded: RecordedConnect = { request, span, admitted: 0, ends: [] }
    this.connects.push(recorded)
    return {
      span,
      admitted: () => recorded.admitted++,
      opened: () => {},
      replayed: () => {},
      end: (outcome) => recorded.ends.push(outcome),
    }
  }

  #newSpan(): SpanIds {
    const number = this.publishes.length + this.connects.length
    return { traceId: number.toString(16).padStart(32, 'a'), spanId: '1111111111111111' }
  }
}

/** The header that names this span. */
export function traceresponseOf({ traceId, spanId }: SpanIds): string {
  return `00-${traceId}-${spanId}-01`
}

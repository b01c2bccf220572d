import { createTraceState, TraceFlags, type Link, type SpanContext } from '@opentelemetry/api'
import { isSampled, type SpanIds, type TraceContext } from '../../wire/trace-context.ts'

/** The span that a context names, which is in another process. */
export function parseSpanContext(trace: TraceContext): SpanContext {
  const [, traceId, spanId] = trace.traceparent.split('-')
  return {
    traceId: traceId!,
    spanId: spanId!,
    traceFlags: isSampled(trace) ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(trace.tracestate === undefined ? {} : { traceState: createTraceState(trace.tracestate) }),
  }
}

/** A span of this process, as the parent of others. */
export function spanContextOf(span: SpanIds): SpanContext {
  return { ...span, traceFlags: TraceFlags.SAMPLED }
}

export function idsOf({ traceId, spanId }: SpanContext): SpanIds {
  return { traceId, spanId }
}

/** The context of a span, for events and other processes. Every span that is started is sampled. */
export function traceContextOf(
  { traceId, spanId }: SpanContext,
  tracestate: string | undefined,
): TraceContext {
  const traceparent = `00-${traceId}-${spanId}-01`
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate }
}

/** Links to what is there. */
export function linksTo(...contexts: readonly (SpanContext | undefined)[]): Link[] {
  return contexts.flatMap((context) => (context === undefined ? [] : [{ context }]))
}

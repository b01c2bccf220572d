import { SpanKind, type Attributes, type Span } from '@opentelemetry/api'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { TraceContext } from '../../wire/trace-context.ts'
import { linksTo, parseSpanContext } from './span-contexts.ts'
import type { SpanWriter } from './span-writer.ts'

/**
 * Starts the span of a request. `parent`: the trace of a client that is trusted; any other that the client names is only
 * linked to.
 */
export function startRequestSpan(
  spans: SpanWriter,
  { address, requestedAt, trace }: RequestRecord,
  parent: TraceContext | undefined,
  [method, route]: readonly [method: string, route: string],
  attributes: Attributes = {},
): Span {
  const named = trace === undefined ? undefined : parseSpanContext(trace)
  return spans.start({
    name: `${method} ${route}`,
    kind: SpanKind.SERVER,
    parent: parent === undefined ? undefined : named,
    links: parent === undefined ? linksTo(named) : [],
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'client.address': address,
      ...attributes,
    },
    startedAt: requestedAt,
  })
}

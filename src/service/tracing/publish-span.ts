import { SpanKind } from '@opentelemetry/api'
import type { Failure } from '../../http/http-observer.ts'
import type { PublishStart, PublishTrace } from '../../http/request-tracing.ts'
import type { AppendResult, NewEvent } from '../../log/event-log.ts'
import { formatPosition } from '../../wire/position.ts'
import type { TraceContext } from '../../wire/trace-context.ts'
import { messagingAttributes } from './messaging-attributes.ts'
import { startRequestSpan } from './request-span.ts'
import { idsOf, traceContextOf } from './span-contexts.ts'
import { end, errorType, fail, type SpanWriter } from './span-writer.ts'

/**
 * Traces a publish: a span of the request, and within it one of the append, whose context goes along with the events.
 * `parent`: as of `startRequestSpan`.
 */
export function tracePublish(
  spans: SpanWriter,
  { request, channel, events }: PublishStart,
  parent: TraceContext | undefined,
): PublishTrace {
  const server = startRequestSpan(spans, request, parent, ['POST', '/publish/:channel'], {
    'url.path': `/publish/${channel}`,
  })
  const producer = spans.start({
    name: spans.nameOf('publish', channel),
    kind: SpanKind.PRODUCER,
    parent: server.spanContext(),
    attributes: {
      ...messagingAttributes('publish', { channel, count: events.length }),
      'messaging.message.body.size': countBytes(events),
    },
    startedAt: performance.now(),
  })
  return {
    span: idsOf(server.spanContext()),
    context: traceContextOf(producer.spanContext(), parent?.tracestate),
    appended: (outcome) => {
      producer.setAttributes(describe(outcome))
      if (outcome.kind === 'failed' || outcome.kind === 'full') fail(producer)
      end(producer)
    },
    end: (status) => {
      // It has ended, unless the append was never answered.
      if (producer.isRecording()) end(producer)
      server.setAttribute('http.response.status_code', status)
      if (status >= 500) fail(server)
      end(server)
    },
  }
}

/** The bytes of the names and the data. */
function countBytes(events: readonly NewEvent[]): number {
  return events.reduce(
    (sum, { name, data }) => sum + Buffer.byteLength(name) + Buffer.byteLength(data),
    0,
  )
}

function describe(outcome: AppendResult | Failure) {
  const isRepeated = outcome.kind === 'accepted' && outcome.repeated
  return {
    'runnel.publish.outcome': isRepeated ? 'repeated' : outcome.kind,
    ...(outcome.kind === 'accepted'
      ? { 'messaging.message.id': lastPosition(outcome) }
      : outcome.kind === 'failed'
        ? { 'error.type': errorType(outcome.error) }
        : {}),
  }
}

function lastPosition({ epoch, first, count }: AppendResult & { kind: 'accepted' }): string {
  return formatPosition(epoch, first + count - 1)
}

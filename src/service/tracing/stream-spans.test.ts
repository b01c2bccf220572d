import { SpanKind } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { requestRecord, streamRecord } from '../../../test/support/stream-record.ts'
import { openTestTracing } from '../../../test/support/test-tracing.ts'
import type { LogEvent } from '../../log/event-log.ts'

const CONNECT = { traceId: '11111111111111111111111111111111', spanId: '2222222222222222' }
const LIMITED = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1' }

function tracedEvent(offset: number, publish: number, flags = '01'): LogEvent {
  const id = String(publish).padStart(16, '0')
  const trace = { traceparent: `00-0af7651916cd43dd8448eb211c80319c-${id}-${flags}` }
  return { offset, name: 'message', data: '', time: Date.now() - 5_000, trace }
}

test('the end of a stream is a trace of its own, linked to its opening', () => {
  const tracing = openTestTracing()
  const stream = streamRecord({
    request: requestRecord({ span: CONNECT }),
    openedAt: performance.now() - 2_000,
    events: 7,
    bytes: 700,
  })
  tracing.streams.closed(stream, 'drain')

  const [close] = tracing.recorder.spans
  expect(close).toMatchObject({
    name: 'close stream',
    kind: SpanKind.INTERNAL,
    parentId: undefined,
    links: [CONNECT.spanId],
    isFailure: false,
    attributes: {
      'runnel.stream': stream.id,
      'runnel.close.reason': 'drain',
      'runnel.close.by': 'server',
      'runnel.stream.events': 7,
      'runnel.stream.bytes': 700,
      'runnel.stream.last_id': stream.lastId,
    },
  })
  expect(close?.traceId).not.toBe(CONNECT.traceId)
  expect(close?.attributes['runnel.stream.duration']).toBeCloseTo(2, 1)
})

test('a stream whose opening was not traced has a close trace only if its end is a failure', () => {
  const tracing = openTestTracing()
  for (const reason of ['client', 'reset', 'noise', 'age', 'drain', 'shed'] as const) {
    tracing.streams.closed(streamRecord(), reason)
  }
  expect(tracing.recorder.spans).toEqual([])
  for (const reason of ['stalled', 'vanished', 'fault'] as const) {
    tracing.streams.closed(streamRecord(), reason, new TypeError('of a token'))
  }

  const { spans } = tracing.recorder
  expect(spans.map(({ isFailure }) => isFailure)).toEqual([true, true, true])
  expect(spans[2]?.attributes).toMatchObject({ 'error.type': 'TypeError' })
  expect(JSON.stringify(spans)).not.toContain('token')
})

test('a stream that ends before it has opened has no close trace', () => {
  const tracing = openTestTracing()
  const request = requestRecord({ span: CONNECT })
  tracing.streams.closed(streamRecord({ request, openedAt: undefined }), 'client')

  expect(tracing.recorder.spans).toEqual([])
})

test('events that a stream reads late are a part of the trace of their publish', () => {
  const tracing = openTestTracing()
  const stream = streamRecord({ request: requestRecord({ span: CONNECT }) })
  const batch = [tracedEvent(1, 7), tracedEvent(2, 7), tracedEvent(3, 8), tracedEvent(4, 9, '00')]
  tracing.streams.late(stream, 'orders', batch)

  expect(tracing.recorder.spans).toMatchObject([
    {
      name: 'deliver',
      parentId: '0000000000000007',
      links: [CONNECT.spanId],
      isFailure: false,
      attributes: { 'runnel.delivery.outcome': 'late', 'runnel.stream': stream.id },
    },
    { name: 'deliver', parentId: '0000000000000008' },
  ])
  expect(tracing.recorder.spans[0]?.attributes['runnel.delivery.wait']).toBeCloseTo(5, 1)
})

test('a refusal has one span, whether its request was traced from the beginning or not', () => {
  const tracing = openTestTracing()
  const connect = tracing.requests.connect(requestRecord())
  for (const request of [requestRecord({ span: connect?.span }), requestRecord()]) {
    for (const observer of tracing.observers) observer.refused?.('stream', 'limit', request)
  }
  connect?.end({ kind: 'refused', reason: 'limit' })
  for (const observer of tracing.observers) observer.refused?.('poll', 'limit', requestRecord())

  const refused = { 'runnel.connect.outcome': 'refused', 'runnel.connect.reason': 'limit' }
  expect(tracing.recorder.spans).toMatchObject([
    { name: 'GET /stream', attributes: refused },
    { name: 'GET /stream', attributes: refused },
  ])
  expect(tracing.recorder.spans).toHaveLength(2)
})

test('a storm of reconnects makes no storm of spans, and leaves nothing', () => {
  const tracing = openTestTracing({ ...LIMITED, RUNNEL_TRACE_CONNECT_RATE: '0' })
  const bounded = openTestTracing({ ...LIMITED, RUNNEL_TRACE_CONNECT_RATE: '5' })
  for (const { requests, streams, observers } of [tracing, bounded]) {
    for (let client = 0; client < 2_000; client++) {
      const connect = requests.connect(requestRecord())
      const request = requestRecord({ span: connect?.span })
      const stream = streamRecord({ request })
      if (client % 2 === 0) {
        connect?.end({ kind: 'refused', reason: 'limit' })
        for (const observer of observers) observer.refused?.('stream', 'limit', request)
      } else {
        connect?.opened(stream)
        connect?.end({ kind: 'live' })
        streams.late(stream, 'orders', [tracedEvent(client, client)])
        streams.closed(stream, client % 4 === 1 ? 'stalled' : 'client')
      }
    }
  }

  expect(tracing.recorder.spans).toEqual([])
  // Tokens may come back while the loop runs, but not many.
  const most = 2 * 5
  expect(bounded.recorder.named('deliver').length).toBeLessThanOrEqual(most)
  expect(bounded.recorder.named('close stream').length).toBeLessThanOrEqual(2 * most)
  expect(bounded.recorder.named('GET /stream').length).toBeGreaterThan(0)
  expect(bounded.recorder.named('GET /stream').length).toBeLessThanOrEqual(2 * most)
  expect(bounded.open()).toBe(0)
})

import { SpanKind } from '@opentelemetry/api'
import { afterEach, assert, beforeEach, expect, test, vi } from 'vitest'
import { requestRecord, streamRecord } from '../../../test/support/stream-record.ts'
import { openTestTracing, type TestTracing } from '../../../test/support/test-tracing.ts'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { ConnectTrace } from '../../hub/stream-tracing.ts'
import type { LogEvent } from '../../log/event-log.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const CLIENT = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

function connect(tracing: TestTracing, request: RequestRecord = requestRecord()): ConnectTrace {
  const trace = tracing.requests.connect(request)
  assert(trace !== undefined)
  return trace
}

/** Without those of the exporter, which answers in a later turn. */
function pendingTimers(): number {
  vi.advanceTimersByTime(0)
  return vi.getTimerCount()
}

function tracedEvent(offset: number, publish: string): LogEvent {
  const trace = { traceparent: `00-${TRACE_ID}-${publish}-01` }
  return { offset, name: 'message', data: '', time: 0, trace }
}

test('the opening of a stream is a span with its steps', () => {
  const tracing = openTestTracing()
  const request = requestRecord()
  const trace = connect(tracing, request)
  const stream = { ...streamRecord({ resume: 'resumed' }), lastId: 'abcdefgh-4' }
  vi.advanceTimersByTime(10)
  trace.admitted()
  vi.advanceTimersByTime(20)
  trace.opened(stream)
  vi.advanceTimersByTime(30)
  trace.replayed(2, new Map())
  stream.lastId = 'abcdefgh-6'
  trace.end({ kind: 'live' })

  const { spans } = tracing.recorder
  expect(spans.map(({ name }) => name)).toEqual(['authorize', 'subscribe', 'replay', 'GET /stream'])
  const whole = spans[3]!
  expect(whole).toMatchObject({
    kind: SpanKind.SERVER,
    ...trace.span,
    parentId: undefined,
    isFailure: false,
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/stream',
      'http.response.status_code': 200,
      'client.address': '192.0.2.1',
      'runnel.stream': stream.id,
      'runnel.channels': 1,
      'runnel.resume': 'resumed',
      'runnel.last_event_id.present': true,
      'runnel.replay.count': 2,
      'runnel.connect.outcome': 'live',
    },
  })
  const steps = spans.slice(0, 3)
  expect(steps.map(({ parentId }) => parentId)).toEqual([whole.spanId, whole.spanId, whole.spanId])
  expect(spans[2]?.attributes).toEqual({
    'runnel.replay.from': 'abcdefgh-4',
    'runnel.replay.to': 'abcdefgh-6',
    'runnel.replay.count': 2,
    'runnel.replay.complete': true,
  })
  const durations = steps.map(({ startedAt, endedAt }) => Math.round(endedAt - startedAt))
  expect(durations).toEqual([10, 20, 30])
  expect(pendingTimers()).toBe(0)
})

test('a stream that was told of gaps has resumed with one', () => {
  const tracing = openTestTracing()
  const trace = connect(tracing)
  const stream = streamRecord({ request: requestRecord({ span: trace.span }) })
  trace.opened(stream)
  for (const observer of tracing.observers) observer.gapped?.(stream, [])
  trace.end({ kind: 'live' })

  const [whole] = tracing.recorder.named('GET /stream')
  expect(whole?.attributes).toMatchObject({
    'runnel.resume': 'gap',
    'runnel.last_event_id.present': true,
  })
})

test('the trace that a subscriber names is linked to, or its parent where everyone is trusted', () => {
  const request = requestRecord({ trace: CLIENT })
  const tracing = openTestTracing()
  connect(tracing, request).end({ kind: 'gone' })
  const trusting = openTestTracing({ RUNNEL_TRACE_TRUST: 'everyone' })
  connect(trusting, request).end({ kind: 'gone' })

  expect(tracing.recorder.spans).toMatchObject([
    { parentId: undefined, links: ['b7ad6b7169203331'] },
  ])
  expect(tracing.recorder.spans[0]?.traceId).not.toBe(TRACE_ID)
  expect(trusting.recorder.spans).toMatchObject([
    { traceId: TRACE_ID, parentId: 'b7ad6b7169203331', links: [] },
  ])
})

test('a replay is linked to the publishes whose events it has read, eight at most', () => {
  const tracing = openTestTracing()
  const trace = connect(tracing)
  trace.opened(streamRecord())
  const ids = Array.from({ length: 10 }, (_, index) => String(index + 1).padStart(16, '0'))
  for (const [index, id] of ids.entries()) {
    trace.replayed(
      2,
      new Map([['a', [tracedEvent(2 * index, id), tracedEvent(2 * index + 1, id)]]]),
    )
  }
  trace.end({ kind: 'live' })

  const [replay] = tracing.recorder.named('replay')
  expect(replay?.links).toEqual(ids.slice(0, 8))
  expect(replay?.attributes['runnel.replay.count']).toBe(20)
})

test('a trace ends five seconds after its stream was opened, though the stream is still behind', () => {
  const tracing = openTestTracing()
  const traces = Array.from({ length: 3 }, () => {
    const trace = connect(tracing)
    vi.advanceTimersByTime(1_000)
    trace.opened(streamRecord())
    return trace
  })
  // One timer for all.
  expect(pendingTimers()).toBe(1)
  traces[1]?.end({ kind: 'live' })
  vi.advanceTimersByTime(2_999)
  expect(tracing.recorder.named('GET /stream')).toHaveLength(1)
  vi.advanceTimersByTime(2)
  expect(tracing.recorder.named('GET /stream')).toHaveLength(2)
  vi.advanceTimersByTime(2_000)
  expect(tracing.recorder.named('GET /stream')).toHaveLength(3)
  expect(pendingTimers()).toBe(0)
  for (const trace of traces) trace.end({ kind: 'live' })
  expect(tracing.recorder.named('GET /stream')).toHaveLength(3)
  const complete = tracing.recorder
    .named('replay')
    .map(({ attributes }) => attributes['runnel.replay.complete'])
  expect(complete).toEqual([true, false, false])
})

test.for([
  [{ kind: 'gone' }, { 'runnel.connect.outcome': 'gone' }, false],
  [
    { kind: 'refused', reason: 'limit' },
    { 'runnel.connect.outcome': 'refused', 'runnel.connect.reason': 'limit' },
    false,
  ],
  [
    { kind: 'closed', reason: 'fault', error: new RangeError('of a token') },
    { 'runnel.connect.reason': 'fault', 'error.type': 'RangeError' },
    true,
  ],
  [{ kind: 'closed', reason: 'client' }, { 'runnel.connect.reason': 'client' }, false],
  [{ kind: 'answered', status: 404 }, { 'http.response.status_code': 404 }, false],
  [{ kind: 'answered', status: 503 }, { 'http.response.status_code': 503 }, true],
] as const)('the outcome %o of a stream that did not open', ([outcome, attributes, isFailure]) => {
  const tracing = openTestTracing()
  connect(tracing).end(outcome)

  expect(tracing.recorder.spans).toMatchObject([{ name: 'GET /stream', attributes, isFailure }])
  expect(JSON.stringify(tracing.recorder.spans)).not.toContain('token')
})

test('what happens after the end of a trace is no part of it', () => {
  const tracing = openTestTracing()
  const trace = connect(tracing)
  trace.end({ kind: 'gone' })
  trace.admitted()
  trace.opened(streamRecord())
  trace.end({ kind: 'live' })

  expect(tracing.recorder.spans.map(({ name }) => name)).toEqual(['GET /stream'])
  expect(tracing.open()).toBe(0)
  expect(pendingTimers()).toBe(0)
})

test('a service that stops ends the traces that are open', () => {
  const tracing = openTestTracing()
  connect(tracing).opened(streamRecord())
  connect(tracing)
  for (const observer of tracing.observers) observer.close?.()

  expect(tracing.recorder.named('GET /stream')).toHaveLength(2)
  expect(pendingTimers()).toBe(0)
})

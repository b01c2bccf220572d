import { SpanKind } from '@opentelemetry/api'
import { assert, expect, test } from 'vitest'
import { openTestTracing, type TestTracing } from '../../../test/support/test-tracing.ts'
import { requestRecord } from '../../../test/support/stream-record.ts'
import type { PublishStart } from '../../http/request-tracing.ts'
import type { AppendResult } from '../../log/event-log.ts'
import type { TraceContext } from '../../wire/trace-context.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const CLIENT: TraceContext = {
  traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`,
  tracestate: 'vendor=1',
}
const ACCEPTED: AppendResult = {
  kind: 'accepted',
  epoch: 'abcdefgh',
  first: 7,
  count: 3,
  repeated: false,
}

const EVENTS = ['ä', 'bc', ''].map((data) => ({ name: 'message', data }))

function begin(tracing: TestTracing, fields: Partial<PublishStart> = {}) {
  const request = requestRecord()
  const start = {
    request,
    channel: 'orders',
    events: EVENTS.slice(0, 1),
    isForced: false,
    ...fields,
  }
  return tracing.requests.publish(start)
}

test('a publish is a span of the request, with one of the append in it, whose context goes with the events', () => {
  const tracing = openTestTracing()
  const trace = begin(tracing, { events: EVENTS })
  assert(trace !== undefined)
  trace.appended(ACCEPTED)
  trace.end(200)

  const [producer, server] = tracing.recorder.spans
  expect(server).toMatchObject({
    name: 'POST /publish/:channel',
    kind: SpanKind.SERVER,
    ...trace.span,
    parentId: undefined,
    links: [],
    isFailure: false,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/publish/:channel',
      'url.path': '/publish/orders',
      'http.response.status_code': 200,
      'client.address': '192.0.2.1',
    },
  })
  expect(producer).toMatchObject({
    name: 'publish',
    kind: SpanKind.PRODUCER,
    parentId: server?.spanId,
    attributes: {
      'messaging.system': 'runnel',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'orders',
      'messaging.message.id': 'abcdefgh-9',
      'messaging.batch.message_count': 3,
      // Three times `message`, and four bytes of data.
      'messaging.message.body.size': 3 * 7 + 4,
      'runnel.publish.outcome': 'accepted',
    },
  })
  expect(trace.context).toEqual({
    traceparent: `00-${producer?.traceId}-${producer?.spanId}-01`,
  })
})

test('the trace of a publisher is continued, with its tracestate', () => {
  const tracing = openTestTracing()
  const trace = begin(tracing, { request: requestRecord({ trace: CLIENT }) })
  trace?.appended(ACCEPTED)
  trace?.end(200)

  const [producer, server] = tracing.recorder.spans
  expect(server).toMatchObject({ traceId: TRACE_ID, parentId: 'b7ad6b7169203331', links: [] })
  expect(trace?.context).toEqual({
    traceparent: `00-${TRACE_ID}-${producer?.spanId}-01`,
    tracestate: 'vendor=1',
  })
})

test('the trace of a publisher that is not trusted is only linked to', () => {
  const tracing = openTestTracing({ RUNNEL_TRACE_TRUST: 'nobody' })
  const trace = begin(tracing, { request: requestRecord({ trace: CLIENT }) })
  trace?.end(200)

  const [producer, server] = tracing.recorder.spans
  expect(server).toMatchObject({ parentId: undefined, links: ['b7ad6b7169203331'] })
  expect(server?.traceId).not.toBe(TRACE_ID)
  expect(producer?.traceId).toBe(server?.traceId)
  expect(trace?.context.tracestate).toBeUndefined()
})

test('with a ratio of 0, only publishers that sample their trace are traced', () => {
  const tracing = openTestTracing({
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
  })
  const unsampled = { traceparent: CLIENT.traceparent.replace(/01$/, '00') }

  expect(begin(tracing)).toBeUndefined()
  expect(begin(tracing, { request: requestRecord({ trace: unsampled }) })).toBeUndefined()
  expect(begin(tracing, { request: requestRecord({ trace: CLIENT }) })).toBeDefined()
  expect(begin(tracing, { isForced: true })).toBeDefined()
})

test('a listed channel stands in the name of the span by its entry', () => {
  const tracing = openTestTracing({ RUNNEL_TELEMETRY_CHANNELS: 'orders,user.*' })
  begin(tracing)?.end(200)
  begin(tracing, { channel: 'user.7' })?.end(200)
  begin(tracing, { channel: 'news' })?.end(200)

  const names = tracing.recorder.spans
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('POST'))
  expect(names).toEqual(['publish orders', 'publish user.*', 'publish'])
})

test.for([
  [{ ...ACCEPTED, repeated: true }, 'repeated', 200, false],
  [{ kind: 'key-reused' }, 'key-reused', 422, false],
  [{ kind: 'too-large' }, 'too-large', 413, false],
  [{ kind: 'full', limit: 'bytes' }, 'full', 507, true],
  [{ kind: 'failed', error: new RangeError('of a token') }, 'failed', 503, true],
] as const)('the outcome %o is told as %s', ([outcome, told, status, isFailure]) => {
  const tracing = openTestTracing()
  const trace = begin(tracing)
  trace?.appended(outcome)
  trace?.end(status)

  const [producer, server] = tracing.recorder.spans
  expect(producer?.attributes).toMatchObject({ 'runnel.publish.outcome': told })
  expect(server?.attributes).toMatchObject({ 'http.response.status_code': status })
  expect([producer?.isFailure, server?.isFailure]).toEqual([isFailure, isFailure])
  expect(JSON.stringify(tracing.recorder.spans)).not.toContain('token')
})

test('the command to Redis is a child of the append', () => {
  const tracing = openTestTracing()
  const trace = begin(tracing)
  assert(trace !== undefined)
  const command = { operation: 'EVALSHA', server: { host: 'redis', port: 6379 } } as const
  const times = { startedAt: performance.now(), endedAt: performance.now() + 2 }
  tracing.onTracedCommand?.({ ...command, ...times, trace: trace.context, error: undefined })
  tracing.onTracedCommand?.({ ...command, ...times, trace: trace.context, error: new Error('no') })
  trace.end(200)

  const [good, bad, producer] = tracing.recorder.spans
  expect(good).toMatchObject({
    name: 'EVALSHA',
    kind: SpanKind.CLIENT,
    parentId: producer?.spanId,
    isFailure: false,
    attributes: {
      'db.system.name': 'redis',
      'db.operation.name': 'EVALSHA',
      'server.address': 'redis',
      'server.port': 6379,
    },
  })
  expect(good!.endedAt - good!.startedAt).toBeCloseTo(2, 1)
  expect(bad).toMatchObject({ isFailure: true, attributes: { 'error.type': 'Error' } })
})

import { SpanKind } from '@opentelemetry/api'
import { assert, expect, test } from 'vitest'
import { requestRecord, streamRecord } from '../../../test/support/stream-record.ts'
import { openTestTracing, type TestTracing } from '../../../test/support/test-tracing.ts'
import type { Arrival, FanOutTrace } from '../../hub/stream-tracing.ts'

const PUBLISH = 'b7ad6b7169203331'
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const CONTEXT = { traceparent: `00-${TRACE_ID}-${PUBLISH}-01` }
const CONNECT = { traceId: '11111111111111111111111111111111', spanId: '2222222222222222' }

function arrive(tracing: TestTracing, fields: Partial<Arrival> = {}): FanOutTrace {
  const fanOut = tracing.streams.arrived({
    channel: 'orders',
    position: 'abcdefgh-9',
    count: 1,
    trace: CONTEXT,
    acceptedAt: Date.now() - 200,
    source: 'notification',
    at: performance.now(),
    streams: 0,
    live: 0,
    ...fields,
  })
  assert(fanOut !== undefined)
  return fanOut
}

function deliver(fanOut: FanOutTrace, count: number): void {
  for (let index = 0; index < count; index++) {
    fanOut.delivered(streamRecord({ id: `stream ${index}` }), 'written', 0)
  }
}

function delivered(tracing: TestTracing): readonly unknown[] {
  return tracing.recorder.named('deliver').map(({ attributes }) => attributes['runnel.stream'])
}

test('a process without streams writes that it has got the append', () => {
  const tracing = openTestTracing()
  arrive(tracing, { source: 'announcement' }).end({ written: 0, dropped: 0, bytes: 0 })

  expect(tracing.recorder.spans).toMatchObject([
    {
      name: 'fan-out',
      kind: SpanKind.CONSUMER,
      traceId: TRACE_ID,
      parentId: PUBLISH,
      links: [PUBLISH],
      isFailure: false,
      attributes: {
        'messaging.operation.name': 'fan-out',
        'messaging.operation.type': 'process',
        'messaging.message.id': 'abcdefgh-9',
        'runnel.fan_out.source': 'announcement',
        'runnel.fan_out.streams': 0,
        'runnel.fan_out.live': 0,
        'runnel.fan_out.written': 0,
        'runnel.fan_out.dropped': 0,
        'runnel.fan_out.bytes': 0,
      },
    },
  ])
})

test('an append that a faster clock has accepted has no negative lag', () => {
  const tracing = openTestTracing()
  arrive(tracing, { acceptedAt: Date.now() + 60_000 }).end({ written: 0, dropped: 0, bytes: 0 })

  expect(tracing.recorder.spans[0]?.attributes['runnel.fan_out.lag']).toBe(0)
})

test('a delivery is a part of the fan-out, and is linked to the opening of its stream', () => {
  const tracing = openTestTracing()
  const fanOut = arrive(tracing, { streams: 2, live: 2 })
  const stream = streamRecord({ id: 'one', request: requestRecord({ span: CONNECT }) })
  fanOut.delivered(stream, 'written', 0)
  fanOut.delivered(streamRecord({ id: 'other' }), 'written', 0)
  fanOut.end({ written: 2, dropped: 0, bytes: 80 })

  const [one, other, whole] = tracing.recorder.spans
  expect(one).toMatchObject({
    name: 'deliver',
    kind: SpanKind.INTERNAL,
    parentId: whole?.spanId,
    links: [CONNECT.spanId],
    isFailure: false,
    startedAt: whole?.startedAt,
    attributes: {
      'runnel.stream': 'one',
      'runnel.delivery.outcome': 'written',
      'runnel.delivery.pending_bytes': 0,
      'client.address': '192.0.2.1',
    },
  })
  expect(other).toMatchObject({ parentId: whole?.spanId, links: [] })
})

test.for([
  [1, [0]],
  [3, [0, 1, 2]],
  [4, [0, 1, 3]],
  [1_001, [0, 500, 1_000]],
] as const)('of %i deliveries these have a span: %o', ([live, indexes]) => {
  const tracing = openTestTracing()
  const fanOut = arrive(tracing, { streams: live, live })
  deliver(fanOut, live)
  fanOut.end({ written: live, dropped: 0, bytes: 0 })

  expect(delivered(tracing)).toEqual(indexes.map((index) => `stream ${index}`))
})

test('every slow and every dropped delivery has a span, up to twenty in all', () => {
  const tracing = openTestTracing()
  const fanOut = arrive(tracing, { streams: 100, live: 100 })
  const slow = []
  for (let index = 0; index < 100; index++) {
    const stream = streamRecord({ id: `stream ${index}` })
    if (index >= 10 && index < 20) fanOut.delivered(stream, 'dropped', 1_000)
    else if (index >= 20 && index < 40) {
      fanOut.delivered(stream, 'written', 500)
      slow.push(fanOut.slow(stream, 500))
    } else fanOut.delivered(stream, 'written', 0)
  }
  fanOut.end({ written: 90, dropped: 10, bytes: 0 })
  slow[0]?.cut('stalled')
  for (const delivery of slow.slice(1)) delivery?.drained()

  const spans = tracing.recorder.named('deliver')
  const outcomes = spans.map(({ attributes }) => attributes['runnel.delivery.outcome'])
  const countOf = (outcome: string) => outcomes.filter((each) => each === outcome).length
  expect([countOf('written'), countOf('dropped'), countOf('slow')]).toEqual([3, 10, 7])
  const failed = spans.filter(({ isFailure }) => isFailure)
  expect(failed.map(({ attributes }) => attributes['runnel.delivery.outcome'])).toEqual([
    ...Array.from({ length: 10 }, () => 'dropped'),
    'slow',
  ])
})

test('after the end of the fan-out only slow deliveries are written', () => {
  const tracing = openTestTracing()
  const fanOut = arrive(tracing, { streams: 2, live: 2 })
  fanOut.end({ written: 0, dropped: 0, bytes: 0 })
  deliver(fanOut, 2)
  expect(fanOut.slow(streamRecord(), 5)).toBeUndefined()
  fanOut.end({ written: 2, dropped: 0, bytes: 0 })

  expect(tracing.recorder.spans).toHaveLength(1)
})

test('an append whose publisher does not sample it is not traced', () => {
  const { streams } = openTestTracing()
  const trace = { traceparent: CONTEXT.traceparent.replace(/01$/, '00') }

  expect(
    streams.arrived({
      channel: 'orders',
      position: 'abcdefgh-9',
      count: 1,
      trace,
      acceptedAt: 0,
      source: 'read',
      at: 0,
      streams: 1,
      live: 1,
    }),
  ).toBeUndefined()
})

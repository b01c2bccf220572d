/** The trace context of a publish is in the log, and nowhere on the wire. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TraceContext } from '../../src/wire/trace-context.ts'
import { readAll } from '../../src/log/suite/helpers.suite.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { acceptedIds, pollAtOnce, post } from '../support/clients/requests.ts'
import { openRedisLog, type OpenRedisLog } from '../support/redis/open-redis-log.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { startTestService, type TestService } from '../support/service.ts'
import { SpanRecorder } from '../support/span-recorder.ts'

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const OTHER = TRACEPARENT.replace('00f067aa0ba902b7', 'b7ad6b7169203331')

let server: RedisServer
/** Traces what clients keep, and nothing else. */
let service: TestService
/** The log of the service, as another pod holds it. */
let own: OpenRedisLog

beforeAll(async () => {
  server = await RedisServer.start()
  const sampling = { ratio: 0, isLimited: true, followsParent: true }
  const { tracer } = new SpanRecorder()
  service = await startTestService({ 'redis-url': server.url }, undefined, undefined, {
    tracer,
    sampling,
  })
  own = await openRedisLog(server.url)
})

afterAll(async () => {
  await own[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

async function tracesOf(channel: string): Promise<readonly (TraceContext | undefined)[]> {
  return (await readAll(own.log, channel)).events.map(({ trace }) => trace)
}

/** A span of the trace that the client has named. */
const IN_TRACE = expect.stringMatching(
  new RegExp(`^${TRACEPARENT.slice(0, 36)}(?!${TRACEPARENT.slice(36, 52)})[0-9a-f]{16}-01$`),
) as string

async function publish(
  channel: string,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  return acceptedIds(await post(`${service.url}/publish/${channel}`, type, body, headers))
}

test.for([
  ['text/plain', 'a', 1],
  ['application/json', '{"data":{"a":1}}', 1],
  ['application/x-ndjson', '{"data":1}\n{"data":2}\n', 2],
] as const)(
  'the trace context of a request is kept with its events: %s',
  async ([type, body, count], { task }) => {
    const channel = `format-${task.id}`
    await publish(channel, type, body, { traceparent: TRACEPARENT, tracestate: 'a=1, b=2' })
    const trace = { traceparent: IN_TRACE, tracestate: 'a=1,b=2' }
    expect(await tracesOf(channel)).toEqual(Array.from({ length: count }, () => trace))
  },
)

test('a trace that the client does not keep is not passed on', async () => {
  const traceparent = TRACEPARENT.replace(/01$/, '00')
  await publish('unsampled', 'text/plain', 'a', { traceparent, tracestate: 'a=1' })
  expect(await tracesOf('unsampled')).toEqual([undefined])
})

test('a service that traces nothing passes no trace on', async () => {
  await using untraced = await startTestService({ 'redis-url': server.url })
  const headers = { traceparent: TRACEPARENT }
  await acceptedIds(await post(`${untraced.url}/publish/untraced`, 'text/plain', 'a', headers))
  expect(await tracesOf('untraced')).toEqual([undefined])
})

test('events of a request without a trace context have none', async () => {
  await publish('none', 'text/plain', 'a', { tracestate: 'a=1' })
  expect(await tracesOf('none')).toEqual([undefined])
})

test.for([
  ['an invalid traceparent', [`traceparent: ${TRACEPARENT}0`, 'tracestate: a=1']],
  ['two of them', [`traceparent: ${TRACEPARENT}`, `traceparent: ${OTHER}`]],
] as const)('%s is ignored, and the publish accepted', async ([, lines], { task }) => {
  const channel = `invalid-${task.id}`
  const headers = ['Content-Type: text/plain', 'Content-Length: 1', ...lines]
  const request = formatRequest(`/publish/${channel}`, { method: 'POST', headers, body: 'a' })
  expect((await exchange(service.url, request)).status).toBe(200)
  expect(await tracesOf(channel)).toEqual([undefined])
})

test('a tracestate that is too long is dropped, and the traceparent kept', async () => {
  const headers = { traceparent: TRACEPARENT, tracestate: `a=${'x'.repeat(600)}` }
  await publish('long', 'text/plain', 'a', headers)
  expect(await tracesOf('long')).toEqual([{ traceparent: IN_TRACE }])
})

test('a retry under the same key may have another trace context', async () => {
  const key = { 'Idempotency-Key': 'k' }
  const first = await publish('retry', 'text/plain', 'a', { ...key, traceparent: TRACEPARENT })
  expect(await publish('retry', 'text/plain', 'a', { ...key, traceparent: OTHER })).toEqual(first)
  expect(await publish('retry', 'text/plain', 'a', key)).toEqual(first)
  expect(await tracesOf('retry')).toEqual([{ traceparent: IN_TRACE }])
})

test('streams and polls carry the event without its trace context', async () => {
  await using stream = await EventStream.open(`${service.url}/stream?channel=wire&envelope=1`)
  await stream.event('runnel.open')
  await publish('wire', 'text/plain', 'a', { traceparent: TRACEPARENT, tracestate: 'a=1' })
  const [event] = await stream.take(1)
  expect(Object.keys(JSON.parse(event!.data))).toEqual([
    'channel',
    'position',
    'event',
    'data',
    'time',
  ])
  const { events } = await pollAtOnce(service.url, '/poll/wire?from=earliest')
  expect(Object.keys(events[0]!)).toEqual(['id', 'channel', 'event', 'data', 'time'])
})

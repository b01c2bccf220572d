/** What a collector gets of real processes, over OTLP. */
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { post, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { spawnServe } from '../support/serve-process.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const SAMPLED = `00-${TRACE_ID}-00f067aa0ba902b7-01`
const RATIO_0 = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }

test('a publish, its fan-out and its deliveries are one trace, linked to the openings of the streams', async () => {
  await using receiver = await OtlpReceiver.start()
  const env = { ...receiver.env, OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=pod-a,deployment=blue' }
  await using serve = await spawnServe([], { env })
  await using stream = await EventStream.open(`${serve.url}/stream/orders`)
  // The opening is exported while the stream is open.
  const [connect] = await receiver.take('GET /stream')
  await stream.event('runnel.open')
  const answer = await post(`${serve.url}/publish/orders`, 'text/plain', 'hello')
  await stream.take(1)
  const [deliver] = await receiver.take('deliver')
  const [fanOut] = await receiver.take('fan-out')
  const [producer] = await receiver.take('publish')
  const [server] = await receiver.take('POST /publish/:channel')

  expect(answer.headers.get('Traceresponse')).toBe(`00-${server?.traceId}-${server?.spanId}-01`)
  expect(server).toMatchObject({ kind: 'server', status: 'unset' })
  expect(server?.parentSpanId).toBeUndefined()
  expect(producer).toMatchObject({ kind: 'producer', parentSpanId: server?.spanId })
  expect(fanOut).toMatchObject({
    kind: 'consumer',
    parentSpanId: producer?.spanId,
    links: [{ spanId: producer?.spanId }],
    attributes: { 'runnel.fan_out.live': 1, 'runnel.fan_out.written': 1 },
  })
  expect(deliver).toMatchObject({
    kind: 'internal',
    parentSpanId: fanOut?.spanId,
    links: [{ spanId: connect?.spanId }],
  })
  const trace = [server, producer, fanOut, deliver].map((span) => span?.traceId)
  expect(new Set(trace).size).toBe(1)
  expect(connect?.traceId).not.toBe(server?.traceId)
  expect(server?.resource).toMatchObject({
    'service.name': 'runnel',
    'k8s.pod.name': 'pod-a',
    deployment: 'blue',
  })
  // It would hold the flags of the process, which may name files of secrets.
  expect(Object.keys(server?.resource ?? {}).filter((key) => key.startsWith('process.'))).toEqual(
    [],
  )
})

test('the end of a stream is a trace of its own, which names the same stream', async () => {
  await using receiver = await OtlpReceiver.start()
  await using serve = await spawnServe([], { env: receiver.env })
  {
    await using stream = await EventStream.open(`${serve.url}/stream/orders`)
    await stream.event('runnel.open')
    await receiver.take('GET /stream')
  }
  const [close] = await receiver.take('close stream')
  const [connect] = receiver.named('GET /stream')

  expect(close).toMatchObject({ kind: 'internal', links: [{ spanId: connect?.spanId }] })
  expect(close?.traceId).not.toBe(connect?.traceId)
  expect(close?.attributes['runnel.stream']).toBe(connect?.attributes['runnel.stream'])
})

test('the log lines of a stream have the ids of its opening', async () => {
  await using receiver = await OtlpReceiver.start()
  await using serve = await spawnServe([], { env: receiver.env })
  {
    await using stream = await EventStream.open(`${serve.url}/stream/orders`)
    await stream.event('runnel.open')
  }
  const [connect] = await receiver.take('GET /stream')
  const linesOf = (message: string) => serve.lines.filter(({ msg }) => msg === message)
  await eventually(() => expect(linesOf('stream closed')).toHaveLength(1))
  for (const [line] of [linesOf('stream opened'), linesOf('stream closed')]) {
    expect(line).toMatchObject({
      stream: connect?.attributes['runnel.stream'],
      trace_id: connect?.traceId,
      span_id: connect?.spanId,
    })
  }
})

test('each process of a fleet writes its fan-out, that without streams too', async () => {
  await using receiver = await OtlpReceiver.start()
  await using redis = await RedisServer.start()
  const flags = ['--redis-url', `redis://127.0.0.1:${redis.port}`]
  const options = { env: receiver.env }
  await using one = await spawnServe(flags, options)
  await using other = await spawnServe(flags, options)
  await using idle = await spawnServe(flags, options)
  await using near = await EventStream.open(`${one.url}/stream/orders`)
  await using far = await EventStream.open(`${other.url}/stream/orders`)
  for (const stream of [near, far]) await stream.event('runnel.open')
  await receiver.take('GET /stream', 2)
  await publishText(idle.url, 'orders', 'hello')
  await Promise.all([near.take(1), far.take(1)])

  const [producer] = await receiver.take('publish')
  const [command] = await receiver.take('EVALSHA')
  const fanOuts = await receiver.take('fan-out', 3)
  await receiver.take('deliver', 2)
  expect(command).toMatchObject({
    kind: 'client',
    parentSpanId: producer?.spanId,
    attributes: { 'server.address': '127.0.0.1', 'server.port': redis.port },
  })
  expect(new Set(fanOuts.map(({ resource }) => resource['service.instance.id'])).size).toBe(3)
  expect(fanOuts.map(({ parentSpanId }) => parentSpanId)).toEqual(
    fanOuts.map(() => producer?.spanId),
  )
  const streams = fanOuts.map(({ attributes }) => Number(attributes['runnel.fan_out.streams']))
  expect(streams.toSorted((a, b) => a - b)).toEqual([0, 1, 1])
  expect(receiver.named('fan-out')).toHaveLength(3)
  expect(receiver.named('deliver')).toHaveLength(2)
})

test('with a ratio of 0, a publisher may sample its trace, and a subscriber may not', async () => {
  await using receiver = await OtlpReceiver.start()
  await using serve = await spawnServe([], { env: { ...receiver.env, ...RATIO_0 } })
  await using stream = await EventStream.open(`${serve.url}/stream/orders`, {
    traceparent: SAMPLED,
  })
  await stream.event('runnel.open')
  await publishText(serve.url, 'orders', 'untraced')
  await publishText(serve.url, 'orders', 'traced', { headers: { traceparent: SAMPLED } })
  await stream.take(2)
  const [server] = await receiver.take('POST /publish/:channel')
  await receiver.take('deliver')

  expect(server).toMatchObject({ traceId: TRACE_ID, parentSpanId: '00f067aa0ba902b7' })
  expect(receiver.named('POST /publish/:channel')).toHaveLength(1)
  expect(receiver.named('GET /stream')).toEqual([])
  expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]))
})

test('what a variable asks for in vain is said at the start', async () => {
  await using receiver = await OtlpReceiver.start()
  const env = { ...receiver.env, OTEL_LOGS_EXPORTER: 'otlp', OTEL_PROPAGATORS: 'b3' }
  await using serve = await spawnServe([], { env })

  const warnings = serve.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
  expect(warnings).toEqual([
    'OTEL_PROPAGATORS=b3: expected tracecontext among them, the only one that is used',
    'OTEL_LOGS_EXPORTER=otlp: expected none; log lines go to standard output only',
  ])
  await eventually(() => expect(serve.errors).toEqual([]))
})

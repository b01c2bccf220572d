/** A service whose Redis does not answer: its answers meanwhile, and its recovery. */
import { expect, test } from 'vitest'
import { fullDocument, openDocument } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { MetricsReading } from '../support/metrics-reading.ts'
import { eventually } from '../support/eventually.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { poll, publishText } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

test('streams stay, new streams are refused with their position, and publishes fail', async () => {
  await using server = await RedisServer.start({ directives: { appendonly: 'yes' } })
  await using service = await startTestService({ 'redis-url': server.url, heartbeat: '100ms' })
  const cursor = await publishText(service.url, 'orders', 'before')
  await using staying = await EventStream.open(`${service.url}/stream/orders`)
  await staying.event('runnel.open')

  server.freeze()
  await eventually(async () => {
    const response = await fetch(`${service.url}/health/stream-capacity`)
    expect(await response.json()).toMatchObject({ status: 'degraded' })
  })
  const publish = await fetch(`${service.url}/publish/orders`, {
    method: 'POST',
    body: 'meanwhile',
  })
  expect([publish.status, publish.headers.get('retry-after')]).toEqual([503, expect.any(String)])
  await using refused = await EventStream.open(`${service.url}/stream/orders?lastEventId=${cursor}`)
  await refused.ended()
  expect(refused.ids).toEqual([cursor])
  expect(JSON.parse((await refused.event('runnel.full')).data)).toMatchObject({ reason: 'log' })
  expect(refused.retries[0]).toBeGreaterThanOrEqual(2_000)
  expect(refused.retries[0]).toBeLessThanOrEqual(10_000)
  const answers = [
    publish,
    await fetch(`${service.url}/poll/orders`),
    await fetch(`${service.url}/stream/orders`, { headers: { Prefer: 'status' } }),
  ]
  for (const { status, headers } of answers) {
    const seconds = Number(headers.get('Retry-After'))
    expect([status, seconds >= 2, seconds <= 10]).toEqual([503, true, true])
  }
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200)
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(200)
  const heartbeats = staying.comments.length
  await staying.until(() => staying.comments[heartbeats + 2], 'further heartbeats')

  server.thaw()
  await eventually(async () => publishText(service.url, 'orders', 'after'))
  await staying.until(() => staying.published.find(({ data }) => data === 'after'), 'the event')
  expect(staying.events.map(({ event }) => event)).not.toContain('runnel.gap')
})

test.for([{}, { Prefer: 'status' }])(
  'a stream that finds out that the log is away is refused, and counts as such: with %j',
  async (headers) => {
    await using server = await RedisServer.start()
    await using service = await startTestService({ 'redis-url': server.url })
    await publishText(service.url, 'orders', 'before')
    const refused = async () => {
      const reading = await MetricsReading.of(service.adminUrl)
      return reading.sum('runnel_refused_total', { what: 'stream', reason: 'log' })
    }
    expect(await refused()).toBe(0)
    server.freeze()
    const answer = await fetch(`${service.url}/stream/orders`, { headers })
    await answer.text()
    expect(answer.status).toBe('Prefer' in headers ? 503 : 200)
    await eventually(async () => {
      expect(await refused()).toBe(1)
    })
    server.thaw()
  },
)

test('a new client that a cut-off pod refuses gets the events published meanwhile from any pod', async () => {
  await using server = await RedisServer.start({ directives: { appendonly: 'yes' } })
  await using service = await startTestService({ 'redis-url': server.url })
  await publishText(service.url, 'orders', 'before')
  // The pod then knows the channel, though not its present top.
  await using staying = await EventStream.open(`${service.url}/stream/orders`)
  await staying.event('runnel.open')
  server.freeze()
  await eventually(() => {
    expect(service.snapshot().log.reachable).toBe(false)
  })
  await using refused = await EventStream.open(`${service.url}/stream/orders`)
  await refused.ended()
  expect(refused.ids).toEqual(['none'])
  const { poll: reference } = fullDocument.parse(JSON.parse(refused.events[0]?.data ?? ''))
  expect(reference).toBe('../poll/orders?lastEventId=none')

  server.thaw()
  await using other = await startTestService({ 'redis-url': server.url })
  const missed = await eventually(async () => publishText(other.url, 'orders', 'missed'))

  const gap = { channel: null, reason: 'unknown-cursor', from: null, to: null, missed: null }
  for (const { url } of [service, other]) {
    const { pathname, search } = new URL(reference, refused.url)
    await eventually(async () => {
      const answer = await poll(url, pathname + search)
      expect(answer).toMatchObject({ gaps: [gap], events: [], cursor: missed })
    })
    for (const [query, headers] of [
      ['?lastEventId=none', {}],
      ['', { 'Last-Event-ID': 'none' }],
    ] as const) {
      await using back = await EventStream.open(`${url}/stream/orders${query}`, headers)
      const open = openDocument.parse(JSON.parse((await back.event('runnel.open')).data))
      expect(open).toMatchObject({ cursor: missed, resumed: false })
      expect(back.events[0]).toMatchObject({ event: 'runnel.gap', id: missed })
      expect(JSON.parse(back.events[0]?.data ?? '')).toEqual(gap)
    }
    await using first = await EventStream.open(
      `${url}/stream/orders?from=earliest&lastEventId=none`,
    )
    expect((await first.take(2)).map(({ data }) => data)).toEqual(['before', 'missed'])
    await using last = await EventStream.open(`${url}/stream/orders?last=1&lastEventId=none`)
    expect((await last.take(1)).map(({ data }) => data)).toEqual(['missed'])
  }
})

test('a service that starts before its Redis becomes ready with it, and stays ready', async () => {
  await using server = await RedisServer.start()
  await server.kill()
  await using service = await startTestService({ 'redis-url': server.url })
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(503)
  await server.restart()
  await eventually(async () => {
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200)
  })
  await server.kill()
  await eventually(() => {
    expect(service.snapshot().log).toMatchObject({ ready: true, reachable: false })
  })
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(200)
})

/** A service whose Redis does not answer: what clients are told meanwhile, and that it heals by itself. */
import { expect, test } from 'vitest'
import { EventStream } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { RedisServer } from '../support/redis/redis-server.ts'
import { publishText } from '../support/requests.ts'
import { startTestService } from '../support/service.ts'

test('streams stay, newcomers are sent away with their place, and publishes fail', async () => {
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
  const prefers = { headers: { Prefer: 'status' } }
  expect((await fetch(`${service.url}/stream/orders`, prefers)).status).toBe(503)
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200)
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(200)
  const heartbeats = staying.comments.length
  await staying.until(() => staying.comments[heartbeats + 2], 'further heartbeats')

  server.thaw()
  await eventually(async () => publishText(service.url, 'orders', 'after'))
  await staying.until(() => staying.published.find(({ data }) => data === 'after'), 'the event')
  expect(staying.events.map(({ event }) => event)).not.toContain('runnel.gap')
})

test('a service that starts before its Redis is not ready until it is there, then stays so', async () => {
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

/** `--publish-ack replicated`: answers to publishers with and without a replica. */
import { expect, test } from 'vitest'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { startTestService } from '../support/service.ts'

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function publish(url: string, key: string): Promise<Answer> {
  const headers = { 'Content-Type': 'text/plain', 'Idempotency-Key': key }
  const response = await fetch(`${url}/publish/orders`, { method: 'POST', body: 'event', headers })
  return { status: response.status, body: await response.json() }
}

test('a publish gets 200 if a replica has the event, else 202 with replicated false; a retry waits again', async () => {
  await using group = await Sentinels.start()
  const settings = { 'redis-url': group.url, 'publish-ack': 'replicated' }
  await using service = await startTestService(settings)
  const ids = [expect.stringMatching(/-1$/)]
  expect(await publish(service.url, 'a')).toEqual({ status: 200, body: { channel: 'orders', ids } })
  for (const replica of group.servers.slice(1)) {
    expect(await replica.client.xlen('runnel:{orders}:events')).toBe(1)
  }

  // Sentinels would provide a replica again.
  await Promise.all(group.sentinels.map(async (sentinel) => sentinel.kill()))
  for (const replica of group.servers.slice(1)) replica.freeze()
  const later = await publish(service.url, 'b')
  expect(later).toMatchObject({ status: 202, body: { replicated: false } })
  expect(later.body).toHaveProperty('ids', [expect.stringMatching(/-2$/)])
  expect(await publish(service.url, 'b')).toEqual(later)
  for (const replica of group.servers) replica.thaw()
  await expect.poll(async () => publish(service.url, 'b')).toMatchObject({ status: 200 })
})

test('a server without replicas accepts the event with 202', async () => {
  await using server = await RedisServer.start()
  const settings = { 'redis-url': server.url, 'publish-ack': 'replicated' }
  await using service = await startTestService(settings)
  expect(await publish(service.url, 'a')).toMatchObject({
    status: 202,
    body: { replicated: false },
  })
  const poll = await fetch(`${service.url}/poll/orders?from=earliest`)
  expect(await poll.json()).toMatchObject({ events: [{ data: 'event' }] })
})

/**
 * Each setting of the capacity file, changed while the service runs. `capacity-file.test.ts` tests the
 * limit and the heartbeat. `connections.perPrincipal` has no effect, since no client is a principal yet.
 */
import { expect, test } from 'vitest'
import { capacityDocument } from '../../src/schema/capacity-status.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, publishCount } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { startTestService, type TestService } from '../support/service.ts'
import { MountedFile } from '../support/mounted-file.ts'

/** Writes the file and waits until it is in force, which its limit shows: each file has another one. */
async function change(
  service: TestService,
  file: MountedFile,
  content: { readonly limit: number; readonly [section: string]: unknown },
): Promise<void> {
  await file.write(content)
  await eventually(() => {
    expect(service.snapshot().limit).toBe(content.limit)
  })
}

test('later streams and the capacity status have the new reconnection time', async () => {
  await using file = await MountedFile.create('capacity.json')
  await using service = await startTestService({ retry: '1s', 'capacity-file': file.path })
  const retryOf = async () => {
    await using stream = await EventStream.open(`${service.url}/stream/a`)
    await stream.event('runnel.open')
    return stream.retries[0]
  }
  expect(await retryOf()).toBeLessThanOrEqual(1_500)

  await change(service, file, { limit: 9, connections: { retry: '7s' } })
  expect(await retryOf()).toBeGreaterThanOrEqual(3_500)
  await eventually(async () => {
    const response = await fetch(`${service.url}/health/stream-capacity`)
    expect(capacityDocument.parse(await response.json()).advice.retry).toBe(7_000)
  })
})

test('a lower maximum age applies to later streams, not to open ones', async () => {
  await using file = await MountedFile.create('capacity.json')
  await using service = await startTestService({ 'capacity-file': file.path })
  await using old = await EventStream.open(`${service.url}/stream/a`)
  await old.event('runnel.open')

  await change(service, file, { limit: 9, connections: { maxAge: '100ms' } })
  await using late = await EventStream.open(`${service.url}/stream/a`)
  const { data } = await late.event('runnel.expire')
  expect(JSON.parse(data)).toEqual({ reason: 'age' })
  await publishCount(service.url, 'a', 1)
  await old.take(1)
  expect(old.events.map(({ event }) => event)).toEqual(['runnel.open', 'message'])
})

test.for(['memory', 'redis'])('the history in %s follows its bounds', async (kind) => {
  await using server = kind === 'redis' ? await RedisServer.start() : undefined
  await using file = await MountedFile.create('capacity.json')
  await using service = await startTestService({
    'capacity-file': file.path,
    ...(server !== undefined && { 'redis-url': server.url }),
  })
  // The service caches a channel after a read for a while, so each attempt reads another one.
  const channels = Array.from({ length: 50 }, (_, index) => `a${index}`)
  for (const channel of channels) await publishCount(service.url, channel, 5)
  const countKept = async () => {
    const answer = await poll(service.url, `/poll/${channels.pop()}?from=earliest&wait=0`)
    return answer.events.length
  }
  expect(await countKept()).toBe(5)

  await change(service, file, { limit: 1, history: { events: 3 } })
  await publishCount(service.url, channels.at(-1)!, 1)
  expect(await countKept()).toBe(3)

  await change(service, file, { limit: 2, history: { age: '50ms' } })
  await eventually(async () => {
    expect(await countKept()).toBe(0)
  })
})

test('a drain uses the window in force when it begins', async () => {
  await using file = await MountedFile.create('capacity.json')
  await using service = await startTestService({
    'drain-window': '1h',
    'capacity-file': file.path,
  })
  await using streams = new AsyncDisposableStack()
  const opened: EventStream[] = []
  for (let count = 0; count < 3; count++) {
    const stream = streams.use(await EventStream.open(`${service.url}/stream/a`))
    await stream.event('runnel.open')
    opened.push(stream)
  }

  await change(service, file, { limit: 9, drain: { window: '0s' } })
  await service.drain.begin()
  for (const stream of opened) await stream.event('runnel.drain')
  expect(service.snapshot()).toMatchObject({ draining: true, subscribers: 0 })
})

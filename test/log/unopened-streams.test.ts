/** Streams that wait for a log which does not answer, and are to close meanwhile. */
import { expect, test } from 'vitest'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import type { ServiceObserver } from '../../src/service/observe-all.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { startTestService, type TestService } from '../support/service.ts'

const ENDINGS = [
  ['drain', async ({ drain }: TestService) => drain.begin()],
  ['shed', async ({ drain }: TestService) => drain.shed(1, 0)],
] as const
const CURSORS = ['none', 'its own', 'foreign'] as const

/** The calls of an observer that tell how a stream began or ended. */
function recordEnds(): { readonly calls: string[]; readonly observer: ServiceObserver } {
  const calls: string[] = []
  const observer: ServiceObserver = {
    opened: () => calls.push('opened'),
    closed: (_stream, reason) => calls.push(`closed ${reason}`),
    refused: (what, reason) => calls.push(`refused ${what} ${reason}`),
  }
  return { calls, observer }
}

test.for(ENDINGS.flatMap(([ending, end]) => CURSORS.map((cursor) => ({ ending, end, cursor }))))(
  'an unopened stream is refused, and misses nothing in silence: $ending, cursor: $cursor',
  async ({ end, cursor }) => {
    const { calls, observer } = recordEnds()
    await using server = await RedisServer.start()
    const flags = { 'redis-url': server.url }
    await using service = await startTestService(flags, undefined, [observer])
    await using other = await startTestService(flags)
    const before = await publishText(other.url, 'orders', 'before')
    const sent = { none: '', 'its own': before, foreign: '42' }[cursor]
    server.freeze()
    const path = '/stream/orders'
    await using refused = await EventStream.open(service.url + path, { 'Last-Event-ID': sent })
    expect([service.snapshot().subscribers, refused.events]).toEqual([1, []])
    await end(service)
    await refused.ended()

    const id = cursor === 'its own' ? before : 'none'
    const [retry = Number.NaN] = refused.retries
    expect(refused.events).toEqual([{ id, event: 'runnel.drain', data: JSON.stringify({ retry }) }])
    // It had no place, and no other pod is known to have one.
    expect(retry).toBeGreaterThanOrEqual(5_000)
    expect(retry).toBeLessThanOrEqual(30_000)
    expect(calls).toEqual(['refused stream drain'])
    expect(service.snapshot().subscribers).toBe(0)

    server.thaw()
    await eventually(async () => publishText(other.url, 'orders', 'meanwhile'))
    await using back = await EventStream.open(other.url + path, { 'Last-Event-ID': id })
    const told = await back.until(
      () => back.events.find(({ event, data }) => event === 'runnel.gap' || data === 'meanwhile'),
      'the event or its gap',
    )
    expect(told).toMatchObject(id === 'none' ? { event: 'runnel.gap' } : { data: 'meanwhile' })
  },
)

test('a stream that reaches its age while it waits for the log keeps its cursor', async () => {
  const { calls, observer } = recordEnds()
  await using server = await RedisServer.start()
  const flags = { 'redis-url': server.url, 'max-age': '100ms', heartbeat: '50ms' }
  await using service = await startTestService(flags, undefined, [observer])
  const before = await publishText(service.url, 'orders', 'before')
  server.freeze()
  const headers = { 'Last-Event-ID': before }
  await using stream = await EventStream.open(`${service.url}/stream/orders`, headers)
  await stream.until(() => stream.comments[3], 'more heartbeats than its age has room for')
  server.thaw()
  await stream.ended()
  const names = stream.events.map(({ event }) => event)
  expect(names).toEqual(['runnel.open', 'runnel.expire'])
  expect(stream.lastId).toBe(before)
  expect(calls).toEqual(['opened', 'closed age'])
})

/** The reconnection times of clients when one of three pods on one Redis drains. */
import { expect, test } from 'vitest'
import { capacityDocument } from '../../../src/schema/capacity-status.ts'
import { eventually } from '../../support/eventually.ts'
import { EventStream } from '../../support/clients/event-stream.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { startTestService, type TestService } from '../../support/service.ts'

const STREAMS = 20

test.for([
  ['have room', 2, [200, 1_000]],
  ['are full', 1, [5_000, 30_000]],
] as const)(
  'a pod leaves others that %s: all its clients come back accordingly, including the first',
  async ([, limit, [min, max]], { annotate }) => {
    await using server = await RedisServer.start()
    const start = async (streams: number) =>
      startTestService({ 'redis-url': server.url, 'max-streams': String(streams) })
    await using leaving = await start(100)
    await using one = await start(limit)
    await using other = await start(limit)
    await using guests = new AsyncDisposableStack()
    for (const pod of [one, other]) guests.use(await openStream(pod))
    const streams: EventStream[] = []
    for (let count = 0; count < STREAMS; count++) {
      streams.push(guests.use(await openStream(leaving)))
    }
    await eventually(async () => {
      const { fleet } = await readCapacity(leaving)
      expect(fleet).toEqual({ subscribers: STREAMS + 2, limit: 100 + 2 * limit, pods: 3 })
    })

    await leaving.drain.begin()

    const retries = await Promise.all(streams.map(readDrain))
    await annotate(`retries: ${retries.join(' ')}`)
    expect(Math.min(...retries)).toBeGreaterThanOrEqual(min)
    expect(Math.max(...retries)).toBeLessThanOrEqual(max)
    await using another = await EventStream.open(`${leaving.url}/stream/a`)
    const retry = await readDrain(another)
    expect(retry).toBeGreaterThanOrEqual(min)
    expect(retry).toBeLessThanOrEqual(max)
    expect(another.ids).toEqual([streams[0]?.lastId])
  },
)

test('a pod that is alone on its Redis sends its clients back as after a cut', async () => {
  await using server = await RedisServer.start()
  await using leaving = await startTestService({ 'redis-url': server.url, retry: '60s' })
  await using guests = new AsyncDisposableStack()
  const streams: EventStream[] = []
  for (let count = 0; count < STREAMS; count++) {
    streams.push(guests.use(await openStream(leaving)))
  }

  await leaving.drain.begin()

  const retries = await Promise.all(streams.map(readDrain))
  expect(Math.min(...retries)).toBeGreaterThanOrEqual(30_000)
  expect(Math.max(...retries)).toBeLessThanOrEqual(90_000)
  expect(new Set(retries).size).toBeGreaterThan(STREAMS / 2)
})

async function openStream({ url }: TestService): Promise<EventStream> {
  const stream = await EventStream.open(`${url}/stream/a`)
  await stream.event('runnel.open')
  return stream
}

/** Waits for the end of a drained stream, and returns the `retry` of its closing event. */
async function readDrain(stream: EventStream): Promise<number> {
  await stream.ended()
  const retry = stream.retries.at(-1) ?? Number.NaN
  const [{ event, data } = { event: '', data: '' }] = stream.events.slice(-1)
  expect([event, JSON.parse(data)]).toEqual(['runnel.drain', { retry }])
  return retry
}

async function readCapacity({ url }: TestService) {
  const response = await fetch(`${url}/health/stream-capacity`)
  return capacityDocument.parse(await response.json())
}

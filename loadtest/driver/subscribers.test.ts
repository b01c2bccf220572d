import { afterEach, expect, test } from 'vitest'
import { publishCount, publishText } from '../../test/support/clients/requests.ts'
import { eventually } from '../../test/support/eventually.ts'
import { FaultProxy } from '../../test/support/proxies/fault-proxy.ts'
import { RawServer } from '../../test/support/raw-server.ts'
import { startTestService } from '../../test/support/service.ts'
import { SubscriberRecord } from '../../test/support/subscriber-record.ts'
import type { SubscribeOptions } from './commands.ts'
import { resolveServer } from './server.ts'
import { Subscribers } from './subscribers.ts'

const fleets: Subscribers[] = []

afterEach(async () => {
  for (const fleet of fleets.splice(0)) await fleet.close()
})

async function create(url: string, channels: readonly string[] = ['news']) {
  const address = { dialect: 'runnel', url, publishUrl: url, headers: {} } as const
  const server = await resolveServer({ ...address, publishHeaders: {}, connectTo: [] }, 0)
  const records: SubscriberRecord[] = []
  const asked: string[] = []
  const subscribers = new Subscribers(server, channels, (channel) => {
    const record = new SubscriberRecord()
    records.push(record)
    asked.push(channel)
    return record
  })
  subscribers.start()
  fleets.push(subscribers)
  return { subscribers, records, asked }
}

const STREAMS: SubscribeOptions = {
  count: 1,
  kind: 'stream',
  reading: { kind: 'at-once' },
  from: 'latest',
}

test.for(['stream', 'poll', 'switching'] as const)(
  'subscribers of kind %s are open once they are asked for, spread over the channels',
  async (kind) => {
    await using service = await startTestService()
    const { subscribers, records, asked } = await create(service.url, ['a', 'b', 'c'])
    await subscribers.open({ ...STREAMS, kind, count: 100 })
    expect(subscribers.gauges()).toEqual({ subscribers: 100, open: 100, waiting: 0 })
    await subscribers.open({ ...STREAMS, kind, count: 5 })
    expect(['a', 'b', 'c'].map((name) => asked.filter((it) => it === name).length)).toEqual([
      35, 35, 35,
    ])

    await publishText(service.url, 'b', 'hello')
    await eventually(() => {
      for (const [index, { texts }] of records.entries()) {
        expect(texts).toEqual(asked[index] === 'b' ? ['hello'] : [])
      }
    })
  },
)

test('at a rate, all are open in the end, and no sooner than the rate lets them', async () => {
  await using service = await startTestService()
  const { subscribers } = await create(service.url)
  const began = performance.now()
  await subscribers.open({ ...STREAMS, count: 50, connectsPerSecond: 100 })
  // The first is due at once, the last 490 ms later.
  expect(performance.now() - began).toBeGreaterThanOrEqual(490)
  expect(subscribers.gauges()).toMatchObject({ subscribers: 50, open: 50 })
})

test('64 connect at once, and the next when one has its answer', async () => {
  const answers: (() => void)[] = []
  await using server = await RawServer.start((socket) => {
    answers.push(() => socket.end('HTTP/1.1 503 Unavailable\r\nRetry-After: 60\r\n\r\n'))
  })
  const { subscribers } = await create(server.url)
  const opening = subscribers.open({ ...STREAMS, count: 100 })
  await eventually(() => expect(answers).toHaveLength(64))
  answers[0]?.()
  await eventually(() => expect(answers).toHaveLength(65))
  expect(subscribers.gauges()).toEqual({ subscribers: 65, open: 0, waiting: 1 })
  await eventually(() => {
    for (const answer of answers.slice(1)) answer()
    expect(subscribers.gauges()).toEqual({ subscribers: 100, open: 0, waiting: 100 })
  })
  await opening
})

test('an abort leaves out those to come, and waits for no answer', async () => {
  await using server = await RawServer.start(() => undefined)
  const { subscribers } = await create(server.url)
  const ending = new AbortController()
  const opening = subscribers.open({ ...STREAMS, count: 1_000 }, ending.signal)
  await eventually(() => expect(server.requests).toHaveLength(64))
  ending.abort()
  await opening
  // Those that were begun still connect.
  expect(subscribers.gauges()).toEqual({ subscribers: 64, open: 0, waiting: 0 })
  expect(server.requests).toHaveLength(64)
})

test('the newest are closed first', async () => {
  await using service = await startTestService()
  const { subscribers, records } = await create(service.url)
  await subscribers.open({ ...STREAMS, count: 5 })
  subscribers.unsubscribe(3)
  expect(subscribers.gauges()).toEqual({ subscribers: 2, open: 2, waiting: 0 })
  expect(records.map(({ calls }) => calls.at(-1))).toEqual(
    'opened opened closed closed closed'.split(' '),
  )
  subscribers.unsubscribe(9)
  expect(subscribers.gauges().subscribers).toBe(0)
})

test('a driver that was busy takes no stream for dead, and a silent one is cut', async () => {
  const beats: NodeJS.Timeout[] = []
  await using server = await RawServer.start((socket) => {
    const open = 'retry: 10\nid: a\nevent: runnel.open\ndata: {"heartbeat":400}\n\n'
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n${open}`)
    beats.push(setInterval(() => socket.write(':\n'), 100))
  })
  const { subscribers, records } = await create(server.url)
  await subscribers.open(STREAMS)
  const [record] = records
  // Nothing is read meanwhile, and the sweep comes before the reads.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500)
  const bytes = record?.bytes ?? 0
  await eventually(() => expect(record?.bytes).toBeGreaterThan(bytes + 20 * ':\n'.length))
  expect(record?.calls).toEqual(['connecting', 'answered', 'opened'])

  clearInterval(beats[0])
  await eventually(() => expect(record?.calls[3]).toMatch(/^cut: nothing came/))
  await eventually(() => expect(record?.calls.at(-1)).toBe('opened'))
  for (const beat of beats) clearInterval(beat)
})

test('as many as asked for are cut, and all come back where they were', async () => {
  await using service = await startTestService({ retry: '20ms' })
  const { subscribers, records } = await create(service.url)
  await subscribers.open({ ...STREAMS, count: 10 })
  subscribers.cut(7)
  expect(subscribers.gauges()).toMatchObject({ subscribers: 10, open: 3 })
  await publishText(service.url, 'news', 'meanwhile')
  await eventually(() => {
    for (const { texts } of records) expect(texts).toEqual(['meanwhile'])
  })
  expect(records.filter(({ calls }) => calls.includes('cut: the driver cut it'))).toHaveLength(7)
})

test('streams that resume and streams that switch lose nothing and repeat nothing', async () => {
  await using service = await startTestService({ retry: '5ms', 'history-events': '5000' })
  await using proxy = await FaultProxy.start(service.url)
  const { subscribers, records } = await create(proxy.url)
  await subscribers.open({ ...STREAMS, count: 10 })
  await subscribers.open({ ...STREAMS, kind: 'switching', count: 10 })
  const count = 2_000
  for (let sent = 0; sent < count; sent += 100) {
    await publishCount(service.url, 'news', 100)
    if (sent % 500 === 0) proxy.cut()
  }
  const expected = Array.from({ length: count }, (_, index) => String((index % 100) + 1))
  await eventually(() => {
    for (const { texts } of records) expect(texts).toHaveLength(count)
  })
  for (const { texts } of records) expect(texts).toEqual(expected)
})

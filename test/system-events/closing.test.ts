import { expect, test } from 'vitest'
import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import { beside, FULL, ROOMY } from '../support/other-pods.ts'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest, parseChunks } from '../support/clients/raw-response.ts'
import { poll, publishCount, publishText } from '../support/clients/requests.ts'
import { ScriptedLog } from '../support/scripted-log.ts'
import { startTestService, type TestService } from '../support/service.ts'

/** Parses a closing event with its `retry:`, and allows nothing else. `retry` is in ms. */
function parseClosingEvent(text: string): { retry: number; event: string; data: string } {
  const match = /^retry: (\d+)\nevent: (.*)\ndata: (.*)\n\n$/.exec(text)
  if (match === null) throw new Error(`expected a closing event, got ${JSON.stringify(text)}`)
  const [, retry = '', event = '', data = ''] = match
  return { retry: Number(retry), event, data }
}

const ENDINGS = [
  ['age', 'runnel.expire', { 'max-age': '100ms' }, async () => undefined],
  ['drain', 'runnel.drain', {}, async (service: TestService) => service.drain.begin()],
  ['shed', 'runnel.drain', {}, async (service: TestService) => service.drain.shed(1, 0)],
] as const

test.for(ENDINGS)(
  'a stream that ends by %s says %s with a jittered retry, and the body is whole',
  async ([reason, name, flags, end]) => {
    await using service = await startTestService({ ...flags, heartbeat: '50ms' })
    await using connection = await RawConnection.open(service.url)
    connection.send(formatRequest('/stream/a'))
    await connection.until('runnel.open')
    await end(service)
    await connection.untilEnd()
    const { bytes } = connection
    const { chunks, isComplete } = parseChunks(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4))
    expect(isComplete).toBe(true)
    const { retry, event, data } = parseClosingEvent(chunks.at(-1) ?? '')
    expect(event).toBe(name)
    expect(JSON.parse(data)).toEqual(reason === 'age' ? { reason: 'age' } : { retry })
    // There are no other pods, so the wait is the one after a cut.
    expect(retry).toBeGreaterThanOrEqual(1_500)
    expect(retry).toBeLessThanOrEqual(4_500)
    await eventually(() => expect(service.snapshot().subscribers).toBe(0))
  },
)

test.for([
  ['that have room', ROOMY, 200, 1_000],
  ['that are full', FULL, 5_000, 30_000],
] as const)(
  'beside other pods %s a closing event names a matching wait',
  async ([, others, min, max]) => {
    for (const [, , flags, end] of ENDINGS) {
      await using service = await startTestService(flags, beside(others))
      await using stream = await EventStream.open(`${service.url}/stream/a`)
      await stream.event('runnel.open')
      await end(service)
      await stream.ended()
      expect(stream.retries.at(-1)).toBeGreaterThanOrEqual(min)
      expect(stream.retries.at(-1)).toBeLessThanOrEqual(max)
    }
  },
)

test('a stream that fails is told to come back after 2 to 10 s, each at a time of its own', async () => {
  const log = new ScriptedLog()
  log.failure = new Error('nobody foresaw it')
  log.answering = 'failing'
  log.reaches = () => true
  const open = async () => ({ log, fleet: new LocalFleet(), close: async () => log.close() })
  await using service = await startTestService({}, open)
  const waits = new Set<number>()
  for (let count = 0; count < 30; count++) {
    await using stream = await EventStream.open(`${service.url}/stream/a`)
    await stream.ended()
    expect(stream.events).toMatchObject([{ event: 'runnel.fault' }])
    const [retry = Number.NaN] = stream.retries
    expect(retry).toBeGreaterThanOrEqual(2_000)
    expect(retry).toBeLessThanOrEqual(10_000)
    waits.add(retry)
  }
  expect(waits.size).toBeGreaterThan(10)
})

test('on HTTP/1.0 the closing event is the end of the body', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a', { version: '1.0' }))
  await connection.until('runnel.open')
  await service.drain.begin()
  const text = await connection.untilEnd()
  expect(parseClosingEvent(text.slice(text.lastIndexOf('retry: ')))).toMatchObject({
    event: 'runnel.drain',
  })
})

test('the waits of a drain differ from stream to stream', async () => {
  await using service = await startTestService()
  const streams = await Promise.all(
    Array.from({ length: 30 }, () => EventStream.open(`${service.url}/stream/a`)),
  )
  for (const stream of streams) await stream.event('runnel.open')
  await service.drain.begin()
  const waits = new Set<number | undefined>()
  for (const stream of streams) {
    await stream.ended()
    expect(stream.retries).toHaveLength(2)
    waits.add(stream.retries.at(-1))
  }
  expect(waits.size).toBeGreaterThan(10)
})

test('no event is lost when streams expire under a steady flow of events', async () => {
  await using service = await startTestService({ 'max-age': '100ms', heartbeat: '50ms' })
  await using first = await EventStream.open(`${service.url}/stream/a`)
  await first.event('runnel.open')
  const over = new AbortController()
  const flow = (async () => {
    let count = 0
    while (!over.signal.aborted) count += (await publishCount(service.url, 'a', 3)).length
    return count
  })()
  await first.ended()
  const offsets = first.published.map(({ id }) => Number(id?.split('-')[1]))
  let cursor = first.lastId
  for (let round = 0; round < 3; round++) {
    await using next = await EventStream.open(`${service.url}/stream/a`, {
      'Last-Event-ID': cursor,
    })
    await next.ended()
    expect(next.events.map(({ event }) => event)).not.toContain('runnel.gap')
    offsets.push(...next.published.map(({ id }) => Number(id?.split('-')[1])))
    cursor = next.lastId
  }
  over.abort()
  expect(offsets.length).toBeLessThanOrEqual(await flow)
  expect(offsets.length).toBeGreaterThan(0)
  expect(offsets).toEqual(offsets.map((_, index) => index + 1))
})

test.for([
  ['', false, []],
  ['?from=earliest', false, ['1', '2', '3']],
  ['?last=1', false, ['3']],
  ['', true, ['2', '3']],
] as const)(
  'a stream that is requested during a drain is primed and closed: case %#',
  async ([query, hasCursor, missed]) => {
    await using service = await startTestService()
    const [first = ''] = await publishCount(service.url, 'a', 3)
    await service.drain.begin()
    const headers = hasCursor ? { 'Last-Event-ID': first } : undefined
    await using stream = await EventStream.open(`${service.url}/stream/a${query}`, headers)
    await stream.ended()
    const [retry] = stream.retries
    expect(stream.events).toEqual([
      { id: stream.ids[0], event: 'runnel.drain', data: JSON.stringify({ retry }) },
    ])
    await publishText(service.url, 'a', 'meanwhile')
    const { events } = await poll(service.url, `/poll/a?lastEventId=${stream.ids[0]}`)
    expect(events.map(({ data }) => data)).toEqual([...missed, 'meanwhile'])
    expect(service.snapshot().subscribers).toBe(0)
  },
)

test('publishes are accepted while streams drain', async () => {
  await using service = await startTestService()
  await service.drain.begin()
  expect(await publishText(service.url, 'a', 'x')).toMatch(/-1$/)
})

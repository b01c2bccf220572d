import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { envelopeDocument } from '../../src/schema/envelope.ts'
import { gapDocument, openDocument } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, publishCount, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

async function openStream(query: string, cursor?: string): Promise<EventStream> {
  const headers = cursor === undefined ? {} : { 'Last-Event-ID': cursor }
  return EventStream.open(`${service.url}/stream?${query}`, headers)
}

function envelopesOf(stream: EventStream) {
  return stream.published.map(({ data }) => envelopeDocument.parse(JSON.parse(data)))
}

test('ids are positions in byte order of the names, duplicates removed', async () => {
  const names = ['order.b', 'order.B', 'order.a', 'order.~', 'order.10', 'order.9', 'order.-']
  const sorted = ['order.-', 'order.10', 'order.9', 'order.B', 'order.a', 'order.b', 'order.~']
  const ids = new Map<string, string>()
  for (const name of names) ids.set(name, await publishText(service.url, name, 'a'))
  const query = [...names, ...names].map((name) => `channel=${name}`).join('&')
  await using stream = await openStream(`${query}&from=latest`)
  await stream.event('runnel.open')
  expect(stream.ids).toEqual([sorted.map((name) => ids.get(name)).join('.')])
})

test('data is an envelope that names channel, position, event, data and time', async () => {
  await using stream = await openStream('channel=wrap-a&channel=wrap-b')
  await stream.event('runnel.open')
  const startedAt = Date.now()
  const a = await publishText(service.url, 'wrap-a', 'x\r\ny', { event: 'tick' })
  const b = await publishText(service.url, 'wrap-b', '')
  const events = await stream.take(2)
  expect(events.map(({ event }) => event)).toEqual(['tick', 'message'])
  const [first, second] = envelopesOf(stream)
  expect(first).toMatchObject({ channel: 'wrap-a', position: a, event: 'tick', data: 'x\ny' })
  expect(second).toMatchObject({ channel: 'wrap-b', position: b, event: 'message', data: '' })
  expect(Date.parse(first?.time ?? '')).toBeGreaterThanOrEqual(startedAt)
  expect(Date.parse(first?.time ?? '')).toBeLessThanOrEqual(Date.now())
  const { events: polled } = await poll(service.url, '/poll/wrap-a?from=earliest')
  expect(polled[0]?.time).toBe(first?.time)
})

test('an id is the vector after its event, and only its channel moves', async () => {
  const a = await publishText(service.url, 'move-a', '1')
  const b = await publishText(service.url, 'move-b', '1')
  await using stream = await openStream('channel=move-b&channel=move-a')
  await stream.event('runnel.open')
  const steps: string[] = [`${a}.${b}`]
  for (const [channel, offset] of [
    ['b', 2],
    ['a', 2],
    ['a', 3],
    ['b', 3],
  ] as const) {
    const id = await publishText(service.url, `move-${channel}`, String(offset))
    const [inA = '', inB = ''] = steps.at(-1)?.split('.') ?? []
    steps.push(channel === 'a' ? `${id}.${inB}` : `${inA}.${id}`)
    await stream.take(steps.length - 1)
  }
  expect(stream.ids).toEqual(steps)
})

test('every id of several channels resumes after its event, in each channel', async () => {
  const channels = ['many-a', 'many-b', 'many-c']
  const query = channels.map((channel) => `channel=${channel}`).join('&')
  for (let round = 0; round < 10; round++) {
    for (const channel of channels) await publishCount(service.url, channel, 3)
  }
  await using whole = await openStream(`${query}&from=earliest`)
  await whole.take(90)
  const all = envelopesOf(whole)
  const ids = whole.published.map(({ id }) => id ?? '')

  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 88 }), async (index) => {
      await using stream = await openStream(query, ids[index])
      await stream.take(89 - index)
      const rest = envelopesOf(stream)
      for (const channel of channels) {
        const positions = (from: typeof all) =>
          from.filter((event) => event.channel === channel).map(({ position }) => position)
        expect(positions(rest)).toEqual(positions(all.slice(index + 1)))
      }
      expect(rest).toHaveLength(89 - index)
    }),
    { numRuns: 25 },
  )
})

test('live events keep the order of their channel', async () => {
  const channels = ['live-a', 'live-b', 'live-c', 'live-d']
  const query = channels.map((channel) => `channel=${channel}`).join('&')
  await using stream = await openStream(query)
  await stream.event('runnel.open')
  await Promise.all(
    channels.map(async (channel) => {
      for (let round = 0; round < 10; round++) await publishCount(service.url, channel, 5)
    }),
  )
  await stream.take(200)
  for (const channel of channels) {
    const offsets = envelopesOf(stream)
      .filter((event) => event.channel === channel)
      .map(({ position }) => Number(position.split('-')[1]))
    expect(offsets).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  }
})

test('last=N counts in each channel', async () => {
  await publishCount(service.url, 'last-a', 5)
  await publishCount(service.url, 'last-b', 1)
  await publishCount(service.url, 'last-c', 3)
  await using stream = await openStream('channel=last-a&channel=last-b&channel=last-c&last=2')
  await stream.take(5)
  const seen = envelopesOf(stream).map(({ channel, data }) => `${channel}:${data}`)
  expect(seen.toSorted()).toEqual(['last-a:4', 'last-a:5', 'last-b:1', 'last-c:2', 'last-c:3'])
})

test('one channel gets an envelope only with envelope=1', async () => {
  const id = await publishText(service.url, 'single', 'a', { event: 'tick' })
  await using wrapped = await EventStream.open(`${service.url}/stream/single?last=1&envelope=1`)
  await wrapped.take(1)
  expect(envelopesOf(wrapped)).toMatchObject([{ channel: 'single', position: id, data: 'a' }])
  expect(wrapped.published[0]).toMatchObject({ id, event: 'tick' })
  for (const target of [
    '/stream/single?',
    '/stream?channel=single&',
    '/stream?channel=single&channel=single&',
    '/stream/single?envelope=0&',
  ]) {
    await using plain = await EventStream.open(`${service.url}${target}last=1`)
    expect(await plain.take(1)).toEqual([{ id, event: 'tick', data: 'a' }])
  }
})

test('a cursor for another number of channels fails as a whole, in one gap', async () => {
  const a = await publishText(service.url, 'count-a', '1')
  const b = await publishText(service.url, 'count-b', '1')
  for (const cursor of [a, `${a}.${b}.${b}`]) {
    await using stream = await openStream('channel=count-a&channel=count-b', cursor)
    const gap = await stream.event('runnel.gap')
    expect(gap.id).toBe(`${a}.${b}`)
    const unknown = { channel: null, reason: 'unknown-cursor', from: null, to: null, missed: null }
    expect(JSON.parse(gap.data)).toEqual(unknown)
    await stream.event('runnel.open')
    expect(stream.events.map(({ event }) => event)).toEqual(['runnel.gap', 'runnel.open'])
  }
})

test('16 channels of the longest names fit in one cursor', async () => {
  const channels = Array.from({ length: 16 }, (_, index) =>
    String.fromCodePoint(97 + index).repeat(128),
  )
  const query = channels.map((channel) => `channel=${channel}`).join('&')
  const first = await openStream(query)
  await first.event('runnel.open')
  await first[Symbol.asyncDispose]()
  for (const channel of channels) await publishText(service.url, channel, 'missed')
  await using second = await openStream(query, first.lastId)
  expect(await second.take(16)).toHaveLength(16)
  const open = openDocument.parse(JSON.parse((await second.event('runnel.open')).data))
  expect(open).toMatchObject({ cursor: first.lastId, resumed: true })
})

test('each gap moves its own channel and keeps the words of the client for the others', async () => {
  await using small = await startTestService({ 'history-events': '2' })
  const query = 'channel=a&channel=b&channel=c'
  const { cursor } = await poll(small.url, `/poll?${query}`)
  const [life = ''] = cursor.split('.')
  const a = [...(await publishCount(small.url, 'a', 2)), ...(await publishCount(small.url, 'a', 1))]
  const b = await publishCount(small.url, 'b', 1)
  const c = [...(await publishCount(small.url, 'c', 2)), ...(await publishCount(small.url, 'c', 2))]
  const gapA = { channel: 'a', reason: 'trimmed', from: a[0], to: a[0], missed: 1 }
  const gapC = { channel: 'c', reason: 'trimmed', from: c[0], to: c[1], missed: 2 }

  const open = async (at: string) =>
    EventStream.open(`${small.url}/stream?${query}`, { 'Last-Event-ID': at })
  await using stream = await open(cursor)
  const opening = await stream.event('runnel.open')
  expect(openDocument.parse(JSON.parse(opening.data)).resumed).toBe(false)
  const gaps = stream.events.filter(({ event }) => event === 'runnel.gap')
  expect(gaps.map(({ data }) => gapDocument.parse(JSON.parse(data)))).toEqual([gapA, gapC])
  expect(gaps.map(({ id }) => id)).toEqual([`${a[0]}.${life}.${life}`, `${a[0]}.${life}.${c[1]}`])
  await stream.take(5)
  expect(new Set(envelopesOf(stream).map(({ position }) => position))).toEqual(
    new Set([a[1], a[2], b[0], c[2], c[3]]),
  )

  // A client that was cut between the two gaps gets the second again, and only that one.
  await using between = await open(gaps[0]?.id ?? '')
  await between.take(5)
  const again = between.events.filter(({ event }) => event === 'runnel.gap')
  expect(again.map(({ data }) => gapDocument.parse(JSON.parse(data)))).toEqual([gapC])
  await using after = await open(gaps[1]?.id ?? '')
  await after.take(5)
  expect(after.events.map(({ event }) => event)).not.toContain('runnel.gap')
})

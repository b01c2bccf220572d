import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDocument } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { publishCount, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

async function openStream(
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  return EventStream.open(service.url + target, headers)
}

async function readOpen(stream: EventStream) {
  return openDocument.parse(JSON.parse((await stream.event('runnel.open')).data))
}

/** Publishes an event, and reads all events up to it. */
async function readToNow(stream: EventStream, channel: string): Promise<readonly string[]> {
  const id = await publishText(service.url, channel, 'now')
  for (let count = 1; ; count++) {
    const events = await stream.take(count)
    if (events.at(-1)?.id === id) return events.slice(0, -1).map(({ data }) => data)
  }
}

test.for([
  ['', 5, []],
  ['?from=latest', 5, []],
  ['?from=earliest', 0, ['1', '2', '3', '4', '5']],
  ['?last=1', 4, ['5']],
  ['?last=3', 2, ['3', '4', '5']],
  ['?last=5', 0, ['1', '2', '3', '4', '5']],
  ['?last=100000', 0, ['1', '2', '3', '4', '5']],
] as const)(
  'a first connect with "%s" is primed before what it gets',
  async ([query, offset, expected], { task }) => {
    const channel = `first-${task.id}`
    const [first = ''] = await publishCount(service.url, channel, 5)
    await using stream = await openStream(`/stream/${channel}${query}`)
    const cursor = first.replace('-1', `-${offset}`)
    expect(await readOpen(stream)).toMatchObject({ cursor, resumed: false })
    expect(stream.ids[0]).toBe(cursor)
    expect(await readToNow(stream, channel)).toEqual(expected)
    expect(stream.events.map(({ event }) => event)).not.toContain('runnel.gap')
  },
)

test('earliest is the oldest event that is kept, and no gap', async () => {
  await using small = await startTestService({ 'history-events': '3' })
  const ids = await publishCount(small.url, 'a', 3)
  await publishCount(small.url, 'a', 3)
  for (const query of ['from=earliest', 'last=3', 'last=5']) {
    await using stream = await EventStream.open(`${small.url}/stream/a?${query}`)
    expect((await stream.take(3)).map(({ data }) => data)).toEqual(['1', '2', '3'])
    expect(stream.ids[0]).toBe(ids[2])
    expect(stream.events[0]?.event).toBe('runnel.open')
  }
})

test('a client that drops before its first event resumes exactly', async () => {
  await publishCount(service.url, 'primed', 3)
  const first = await openStream('/stream/primed')
  await first.event('runnel.open')
  await first[Symbol.asyncDispose]()
  await publishText(service.url, 'primed', 'missed')
  await using second = await openStream('/stream/primed', { 'Last-Event-ID': first.lastId })
  expect(await readOpen(second)).toMatchObject({ cursor: first.lastId, resumed: true })
  expect(await readToNow(second, 'primed')).toEqual(['missed'])
})

test('a client that connects before the channel is ever written resumes exactly', async () => {
  const first = await openStream('/stream/unwritten')
  const { cursor } = await readOpen(first)
  await first[Symbol.asyncDispose]()
  expect(cursor).toMatch(/^[0-9A-Za-z]{8}-0$/)
  await publishCount(service.url, 'unwritten', 2)
  await using second = await openStream('/stream/unwritten', { 'Last-Event-ID': cursor })
  expect(await readOpen(second)).toMatchObject({ cursor, resumed: true })
  expect(await readToNow(second, 'unwritten')).toEqual(['1', '2'])
})

test('subscribing writes nothing to the channel', async () => {
  const cursors: string[] = []
  for (const query of ['', '?from=earliest', '?last=3', '?lastEventId=x']) {
    await using stream = await openStream(`/stream/untouched${query}`)
    cursors.push((await readOpen(stream)).cursor)
  }
  expect(new Set(cursors).size).toBe(1)
  expect((await publishText(service.url, 'untouched', 'a')).endsWith('-1')).toBe(true)
})

test('every id resumes after its event, with the cursor as primer', async () => {
  const ids = await publishCount(service.url, 'resume', 200)
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 199 }), fc.boolean(), async (index, inHeader) => {
      const id = ids[index] ?? ''
      await using stream = inHeader
        ? await openStream('/stream/resume', { 'Last-Event-ID': id })
        : await openStream(`/stream/resume?lastEventId=${id}&from=earliest`)
      expect(await readOpen(stream)).toMatchObject({ cursor: id, resumed: true })
      expect(stream.ids[0]).toBe(id)
      const events = await stream.take(199 - index)
      expect(events.map((event) => event.id)).toEqual(ids.slice(index + 1))
    }),
    { numRuns: 40 },
  )
})

test('events published while a stream opens come once and in order', async () => {
  const sent = (async () => {
    for (let round = 0; round < 20; round++) await publishCount(service.url, 'opening', 25)
  })()
  const streams = await Promise.all(
    Array.from({ length: 10 }, () => openStream('/stream/opening?from=earliest')),
  )
  await sent
  for (const stream of streams) {
    const offsets = (await stream.take(500)).map(({ id }) => Number(id?.split('-')[1]))
    expect(offsets).toEqual(offsets.map((_, index) => index + 1))
    await stream[Symbol.asyncDispose]()
  }
})

test('the header wins over the query, and an empty one counts as none', async () => {
  const ids = await publishCount(service.url, 'both', 3)
  const target = `/stream/both?lastEventId=${ids[0]}`
  await using header = await openStream(target, { 'Last-Event-ID': ids[1] ?? '' })
  expect(await readOpen(header)).toMatchObject({ cursor: ids[1], resumed: true })
  await using empty = await openStream(target, { 'Last-Event-ID': '' })
  expect(await readOpen(empty)).toMatchObject({ cursor: ids[0], resumed: true })
  await using neither = await openStream('/stream/both?lastEventId=', { 'Last-Event-ID': '' })
  expect(await readOpen(neither)).toMatchObject({ cursor: ids[2], resumed: false })
  await using malformed = await openStream(target, { 'Last-Event-ID': 'x' })
  expect((await malformed.event('runnel.gap')).data).toContain('unknown-cursor')
})

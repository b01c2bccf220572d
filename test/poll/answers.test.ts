import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { envelopeDocument } from '../../src/schema/envelope.ts'
import { pollDocument } from '../../src/schema/poll.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest, parseResponse } from '../support/clients/raw-response.ts'
import {
  poll,
  pollAtOnce,
  publishCount,
  publishLines,
  publishText,
} from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService({ 'max-event': '2MiB' })
})

afterAll(() => service[Symbol.asyncDispose]())

const UNKNOWN = { channel: null, reason: 'unknown-cursor', from: null, to: null, missed: null }

test('an answer is JSON that no cache may store', async () => {
  const response = await fetch(`${service.url}/poll/headers`)
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toMatch(/^application\/json\b/)
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(response.headers.get('Vary')).toBe('Origin')
  expect(response.headers.get('ETag')).toBeNull()
})

test('HEAD is answered at once where GET would be held', async () => {
  const { cursor } = await poll(service.url, '/poll/headers')
  await using connection = await RawConnection.open(service.url)
  const target = `/poll/headers?lastEventId=${cursor}&wait=55`
  connection.send(formatRequest(target, { method: 'HEAD' }))
  const { status, headers, body } = parseResponse(await connection.untilEnd())
  expect([status, body, headers.get('cache-control')]).toEqual([200, '', 'no-store'])
})

test.for([
  ['', []],
  ['?from=latest', []],
  ['?from=earliest', ['1', '2', '3', '4', '5']],
  ['?last=2', ['4', '5']],
  ['?last=100000', ['1', '2', '3', '4', '5']],
] as const)(
  'a poll without a cursor is answered at once: "%s"',
  async ([query, expected], { task }) => {
    const channel = `first-${task.id}`
    const ids = await publishCount(service.url, channel, 5)
    const answer = await pollAtOnce(service.url, `/poll/${channel}${query}`)
    expect(answer.events.map(({ data }) => data)).toEqual(expected)
    expect(answer).toMatchObject({ gaps: [], cursor: ids[4], more: false })
  },
)

test('an event has id, channel, name, data and time', async () => {
  const startedAt = Date.now()
  const id = await publishText(service.url, 'fields', 'a\r\nb', { event: 'tick' })
  const { events } = await poll(service.url, '/poll/fields?from=earliest')
  expect(events).toEqual([
    { id, channel: 'fields', event: 'tick', data: 'a\nb', time: events[0]?.time },
  ])
  const time = Date.parse(events[0]?.time ?? '')
  expect(time).toBeGreaterThanOrEqual(startedAt)
  expect(time).toBeLessThanOrEqual(Date.now())
})

test('cursors and ids are those of the stream, for one channel and for several', async () => {
  await publishCount(service.url, 'both-a', 3)
  await publishCount(service.url, 'both-b', 3)
  for (const query of ['channel=both-a', 'channel=both-b&channel=both-a&channel=both-b']) {
    await using stream = await EventStream.open(
      `${service.url}/stream?${query}&from=earliest&envelope=1`,
    )
    const answer = await poll(service.url, `/poll?${query}&from=earliest`)
    const streamed = await stream.take(answer.events.length)
    expect(answer.events).toEqual(
      streamed.map(({ id, data }) => {
        const { position: _, ...rest } = envelopeDocument.parse(JSON.parse(data))
        return { id, ...rest }
      }),
    )
    expect(answer.cursor).toBe(stream.lastId)
  }
})

test('one may switch between stream and poll at any event', async () => {
  const ids = await publishCount(service.url, 'switch', 60)
  const step = fc.record({
    transport: fc.constantFrom('stream', 'poll'),
    count: fc.nat({ max: 9 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const seen: (string | undefined)[] = []
      let cursor = (ids[0] ?? '').replace(/-1$/, '-0')
      for (const { transport, count } of steps) {
        if (transport === 'poll') {
          const target = `/poll/switch?lastEventId=${cursor}&limit=${count + 1}&wait=0`
          const { events } = await poll(service.url, target)
          seen.push(...events.map(({ id }) => id))
        } else {
          const headers = { 'Last-Event-ID': cursor }
          await using stream = await EventStream.open(`${service.url}/stream/switch`, headers)
          const rest = await stream.take(Math.min(count, 60 - seen.length))
          seen.push(...rest.slice(0, count).map(({ id }) => id))
        }
        cursor = seen.at(-1) ?? cursor
      }
      expect(seen).toEqual(ids.slice(0, seen.length))
    }),
    { numRuns: 30 },
  )
})

test('limit bounds an answer, and more says that events are left', async () => {
  const ids = await publishCount(service.url, 'limit', 250)
  const { events } = await poll(service.url, '/poll/limit?from=earliest')
  expect(events).toHaveLength(100)
  const seen: string[] = []
  let target = '/poll/limit?from=earliest&limit=70'
  for (const [count, more] of [
    [70, true],
    [70, true],
    [70, true],
    [40, false],
  ] as const) {
    const answer = await poll(service.url, target)
    expect([answer.events.length, answer.more, answer.retry]).toEqual([count, more, 0])
    expect(answer.cursor).toBe(answer.events.at(-1)?.id)
    seen.push(...answer.events.map(({ id }) => id))
    target = `/poll/limit?lastEventId=${answer.cursor}&limit=70`
  }
  expect(seen).toEqual(ids)
  expect((await poll(service.url, '/poll/limit?from=earliest&limit=1000')).events).toHaveLength(250)
})

test('a client may send back the id of the last event it used', async () => {
  const ids = await publishCount(service.url, 'used', 10)
  const { events } = await poll(service.url, '/poll/used?from=earliest&limit=5')
  const rest = await poll(service.url, `/poll/used?lastEventId=${events[2]?.id}`)
  expect(rest.events.map(({ id }) => id)).toEqual(ids.slice(3))
})

test('an answer holds at most 1 MiB', async () => {
  const ids: string[] = []
  for (let index = 0; index < 12; index++) {
    ids.push(await publishText(service.url, 'large', '€"\n'.repeat(40_000)))
  }
  const seen: string[] = []
  let target = '/poll/large?from=earliest'
  for (let more = true; more;) {
    const response = await fetch(service.url + target)
    const body = await response.arrayBuffer()
    expect(body.byteLength).toBeLessThanOrEqual(1024 * 1024)
    const answer = await poll(service.url, target)
    expect(answer.events.length).toBeGreaterThan(1)
    seen.push(...answer.events.map(({ id }) => id))
    ;({ more } = answer)
    target = `/poll/large?lastEventId=${answer.cursor}`
  }
  expect(seen).toEqual(ids)
})

test('the bound of 1 MiB is exact and counts the whole answer', async () => {
  const part = 'x'.repeat(262_100)
  const measure = async (channel: string, size: number) => {
    for (const data of [part, part, part, 'x'.repeat(size)]) {
      await publishText(service.url, channel, data)
    }
    const response = await fetch(`${service.url}/poll/${channel}?from=earliest`)
    const body = await response.text()
    return { bytes: body.length, events: pollDocument.parse(JSON.parse(body)).events.length }
  }
  const size = 200_000
  const { bytes, events } = await measure('bound-first', size)
  expect(events).toBe(4)
  for (const excess of [-17 * 1024, -1, 0, 1, 60, 120, 200]) {
    const exact = size + 1024 * 1024 - bytes + excess
    const answer = await measure(`bound${excess}`.padEnd('bound-first'.length, '~'), exact)
    expect(answer.bytes).toBeLessThanOrEqual(1024 * 1024)
    expect(answer.events).toBeGreaterThanOrEqual(excess === -17 * 1024 ? 4 : 3)
  }
})

test('an answer holds one event, however large it is as JSON', async () => {
  // As JSON each of these characters takes six bytes.
  const data = '\u0001'.repeat(250_000)
  const ids = [
    await publishText(service.url, 'huge', data),
    await publishText(service.url, 'huge', data),
  ]
  const first = await poll(service.url, '/poll/huge?from=earliest')
  expect([first.events.map(({ id }) => id), first.more]).toEqual([[ids[0]], true])
  const second = await poll(service.url, `/poll/huge?lastEventId=${first.cursor}`)
  expect([second.events.map(({ id }) => id), second.more]).toEqual([[ids[1]], false])
  expect(second.events[0]?.data).toBe(data)
})

test('the header wins over the query', async () => {
  const ids = await publishCount(service.url, 'header', 3)
  const target = `/poll/header?lastEventId=${ids[0]}`
  const header = await poll(service.url, target, { 'Last-Event-ID': ids[1] ?? '' })
  expect(header.events.map(({ id }) => id)).toEqual([ids[2]])
  const empty = await poll(service.url, target, { 'Last-Event-ID': '' })
  expect(empty.events.map(({ id }) => id)).toEqual(ids.slice(1))
})

test.for([
  ['', 3],
  ['&from=earliest', 0],
  ['&last=1', 2],
] as const)(
  'an unknown cursor is a gap, and "%s" says where to go on',
  async ([query, offset], { task }) => {
    const channel = `foreign-${task.id}`
    const ids = await publishCount(service.url, channel, 3)
    const answer = await poll(service.url, `/poll/${channel}?lastEventId=not-ours${query}`)
    expect(answer.gaps).toEqual([UNKNOWN])
    expect(answer.events.map(({ id }) => id)).toEqual(ids.slice(offset))
    expect(answer.cursor).toBe(ids[2])
  },
)

test('a gap comes before the events, with its bounds', async () => {
  await using small = await startTestService({ 'history-events': '2' })
  const a = [...(await publishCount(small.url, 'a', 2)), ...(await publishCount(small.url, 'a', 2))]
  const [b = ''] = await publishCount(small.url, 'b', 1)
  const answer = await poll(small.url, `/poll?channel=b&channel=a&lastEventId=${a[0]}.${b}`)
  expect(answer.gaps).toEqual([
    { channel: 'a', reason: 'trimmed', from: a[1], to: a[1], missed: 1 },
  ])
  expect(answer.events.map(({ id }) => id)).toEqual([`${a[2]}.${b}`, `${a[3]}.${b}`])

  const ahead = `${a[3]}00.${b}`
  const gone = await poll(small.url, `/poll?channel=a&channel=b&lastEventId=${ahead}`)
  expect(gone).toMatchObject({ events: [], cursor: `${a[3]}.${b}`, more: false })
  expect(gone.gaps).toMatchObject([{ channel: 'a', reason: 'ahead' }])
  const lost = await poll(small.url, `/poll?channel=a&channel=b&lastEventId=zzzzzzzz-1.${b}`)
  expect(lost.gaps).toMatchObject([{ channel: 'a', reason: 'epoch-lost', missed: null }])
  expect(lost.events).toHaveLength(2)
})

test('a gap without events is answered at once', async () => {
  const [id = ''] = await publishCount(service.url, 'bare-gap', 1)
  const answer = await pollAtOnce(service.url, `/poll/bare-gap?lastEventId=${id}0`)
  expect(answer).toMatchObject({ events: [], gaps: [{ reason: 'ahead' }], cursor: id, more: false })
})

test('a limit smaller than a batch leaves no hole between answers', async () => {
  const ids = await publishLines(
    service.url,
    'holes',
    Array.from({ length: 30 }, (_, index) => ({ data: 'x'.repeat(index * 500) })),
  )
  const seen: string[] = []
  let target = '/poll/holes?from=earliest&limit=1'
  while (seen.length < ids.length) {
    const { events, cursor } = await poll(service.url, target)
    seen.push(...events.map(({ id }) => id))
    target = `/poll/holes?lastEventId=${cursor}&limit=1`
  }
  expect(seen).toEqual(ids)
})

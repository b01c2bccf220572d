import { expect, test } from 'vitest'
import { type z } from 'zod'
import { gapDocument, openDocument } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { poll, publishCount, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

interface Gap extends z.infer<typeof gapDocument> {
  readonly id: string | undefined
}

async function resumeAt(service: TestService, cursor: string, query = ''): Promise<EventStream> {
  return EventStream.open(`${service.url}/stream/a${query}`, { 'Last-Event-ID': cursor })
}

/** Reads the gaps at the beginning of a stream, and checks its first blocks. */
async function readGaps(stream: EventStream): Promise<readonly Gap[]> {
  const open = openDocument.parse(JSON.parse((await stream.event('runnel.open')).data))
  const gaps: Gap[] = []
  for (const { event, id, data } of stream.events) {
    if (event === 'runnel.open') break
    gaps.push({ id, ...gapDocument.parse(JSON.parse(data)) })
  }
  expect(open.resumed).toBe(gaps.length === 0)
  // Gaps take the place of the block with only an id.
  const primers = gaps.length === 0 ? [open.cursor] : gaps.map(({ id }) => id)
  expect(stream.ids.slice(0, primers.length)).toEqual(primers)
  expect(open.cursor).toBe(primers.at(-1))
  return gaps
}

function offsetsOf(stream: EventStream): number[] {
  return stream.published.map(({ id }) => Number(id?.split('-')[1]))
}

test('events removed by count are a gap with exact bounds, before the first kept event', async () => {
  await using service = await startTestService({ 'history-events': '3' })
  const ids = [
    ...(await publishCount(service.url, 'a', 3)),
    ...(await publishCount(service.url, 'a', 3)),
    ...(await publishCount(service.url, 'a', 1)),
  ]
  await using stream = await resumeAt(service, ids[0] ?? '')
  const gap = { channel: 'a', reason: 'trimmed', from: ids[1], to: ids[3], missed: 3, id: ids[3] }
  expect(await readGaps(stream)).toEqual([gap])
  expect((await stream.take(3)).map(({ id }) => id)).toEqual(ids.slice(4))

  await using again = await resumeAt(service, ids[3] ?? '')
  expect(await readGaps(again)).toEqual([])
  expect((await again.take(3)).map(({ id }) => id)).toEqual(ids.slice(4))
})

test('events removed by bytes are a gap with exact bounds', async () => {
  await using service = await startTestService({ 'history-bytes': '4KiB', 'body-limit': '2KiB' })
  const ids: string[] = []
  for (let index = 0; index < 5; index++) {
    ids.push(await publishText(service.url, 'a', 'x'.repeat(1_500)))
  }
  await using stream = await resumeAt(service, ids[0] ?? '')
  const gap = { channel: 'a', reason: 'trimmed', from: ids[1], to: ids[2], missed: 2, id: ids[2] }
  expect(await readGaps(stream)).toEqual([gap])
  expect((await stream.take(2)).map(({ id }) => id)).toEqual(ids.slice(3))
})

test('events removed by age are a gap with exact bounds, up to the newest event', async () => {
  await using service = await startTestService({ 'history-age': '50ms' })
  const countBytes = () => Number(service.snapshot().log.details['bytes'])
  const ids = await publishCount(service.url, 'a', 4)
  const bytes = countBytes()
  await eventually(() => expect(countBytes()).toBeLessThan(bytes))
  await using stream = await resumeAt(service, ids[1] ?? '')
  const gap = { channel: 'a', reason: 'trimmed', from: ids[2], to: ids[3], missed: 2, id: ids[3] }
  expect(await readGaps(stream)).toEqual([gap])
  const next = await publishText(service.url, 'a', 'next')
  expect((await stream.take(1)).map(({ id }) => id)).toEqual([next])
})

test('a client primed before the first event gets a gap over the events it missed', async () => {
  await using service = await startTestService({ 'history-events': '2' })
  const { cursor } = await poll(service.url, '/poll/a')
  const ids = [
    ...(await publishCount(service.url, 'a', 2)),
    ...(await publishCount(service.url, 'a', 1)),
  ]
  await using stream = await resumeAt(service, cursor)
  const gap = { channel: 'a', reason: 'trimmed', from: ids[0], to: ids[0], missed: 1, id: ids[0] }
  expect(await readGaps(stream)).toEqual([gap])
  expect((await stream.take(2)).map(({ id }) => id)).toEqual(ids.slice(1))
})

test.for([
  ['an event', 2],
  ['the place before the first', 0],
] as const)('after a restart the history is gone: a cursor at %s', async ([, count]) => {
  let cursor = ''
  {
    await using before = await startTestService()
    await publishCount(before.url, 'a', Math.max(count, 1))
    cursor = (await poll(before.url, '/poll/a?from=earliest&limit=1000')).cursor
    if (count === 0) cursor = cursor.replace(/-\d+$/, '-0')
  }
  await using service = await startTestService()
  const lost = { channel: 'a', reason: 'epoch-lost', from: null, to: null, missed: null }

  await using unwritten = await resumeAt(service, cursor)
  const { cursor: life } = await poll(service.url, '/poll/a')
  expect(await readGaps(unwritten)).toEqual([{ ...lost, id: life }])
  const ids = await publishCount(service.url, 'a', 3)
  expect((await unwritten.take(3)).map(({ id }) => id)).toEqual(ids)

  // This client cannot have any event of the kept history.
  await using written = await resumeAt(service, cursor)
  expect(await readGaps(written)).toEqual([{ ...lost, id: (ids[0] ?? '').replace(/1$/, '0') }])
  expect((await written.take(3)).map(({ id }) => id)).toEqual(ids)
})

test('a restart between priming and resume is a gap, though nothing was ever written', async () => {
  let cursor = ''
  {
    await using before = await startTestService()
    cursor = (await poll(before.url, '/poll/a')).cursor
  }
  await using service = await startTestService()
  await using stream = await resumeAt(service, cursor)
  expect(await readGaps(stream)).toMatchObject([{ channel: 'a', reason: 'epoch-lost' }])
})

test.for([1, 1_000, 2 ** 53 - 3])(
  'a cursor %d beyond the top goes on at the top',
  async (excess) => {
    await using service = await startTestService()
    const [, top = ''] = await publishCount(service.url, 'a', 2)
    const cursor = top.replace(/2$/, String(2 + excess))
    await using stream = await resumeAt(service, cursor, '?from=earliest')
    const gap = { channel: 'a', reason: 'ahead', from: null, to: null, missed: null, id: top }
    expect(await readGaps(stream)).toEqual([gap])
    const next = await publishText(service.url, 'a', 'next')
    expect((await stream.take(1)).map(({ id }) => id)).toEqual([next])
  },
)

test.for([
  ['', 5],
  ['?from=latest', 5],
  ['?from=earliest', 0],
  ['?last=2', 3],
] as const)(
  'after an unknown cursor, "%s" starts as on a first connect',
  async ([query, offset]) => {
    await using service = await startTestService()
    const [first = ''] = await publishCount(service.url, 'a', 5)
    await using stream = await resumeAt(service, 'not-ours', query)
    const id = first.replace(/1$/, String(offset))
    const unknown = { channel: null, reason: 'unknown-cursor', from: null, to: null, missed: null }
    expect(await readGaps(stream)).toEqual([{ ...unknown, id }])
    await publishText(service.url, 'a', 'next')
    await stream.take(6 - offset)
    expect(offsetsOf(stream)).toEqual([1, 2, 3, 4, 5, 6].slice(offset))
  },
)

test('from and last are ignored with a valid cursor', async () => {
  await using service = await startTestService()
  const ids = await publishCount(service.url, 'a', 5)
  for (const query of ['?from=latest', '?from=earliest', '?last=1']) {
    await using stream = await resumeAt(service, ids[1] ?? '', query)
    expect((await stream.take(3)).map(({ id }) => id)).toEqual(ids.slice(2))
    expect(await readGaps(stream)).toEqual([])
  }
})

import { EventSource } from 'eventsource'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { openLogAndFleet } from '../../src/service/open-log-and-fleet.ts'
import { beside, FULL, ROOMY } from '../support/other-pods.ts'
import { fullDocument, openDocument } from '../../src/schema/system-events.ts'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import {
  exchange,
  formatRequest,
  parseChunks,
  parseResponse,
} from '../support/clients/raw-response.ts'
import { poll, publishCount, publishText } from '../support/clients/requests.ts'
import { readCounts } from '../support/resources.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'
import { leave, startFullPod } from './full-pod.ts'

const SOON = [200, 1_000] as const
const LATE = [5_000, 30_000] as const

/** Reads the data of `runnel.full`, with the target of the poll that it refers to. */
async function readFull(
  stream: EventStream,
  reason: 'limit' | 'client' = 'limit',
  [min, max] = SOON as readonly [number, number],
): Promise<z.infer<typeof fullDocument>> {
  await stream.ended()
  const [retry = Number.NaN] = stream.retries
  expect(stream.retries).toHaveLength(1)
  expect(retry).toBeGreaterThanOrEqual(min)
  expect(retry).toBeLessThanOrEqual(max)
  const [{ id, event, data } = { id: '', event: '', data: '' }, ...more] = stream.events
  expect([event, more, stream.ids]).toEqual(['runnel.full', [], [id]])
  const full = fullDocument.parse(JSON.parse(data))
  expect(full).toMatchObject({ reason, retry })
  const { pathname, search } = new URL(full.poll, stream.url)
  return { ...full, poll: pathname + search }
}

test('at the limit a stream gets 200, one block runnel.full with retry and id, and the end', async () => {
  await using full = await startFullPod()
  const id = await publishText(full.service.url, 'a', 'x')
  await using connection = await RawConnection.open(full.service.url)
  connection.send(formatRequest('/stream/a'))
  const { status, headers, body } = parseResponse(await connection.untilEnd())
  expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  const { chunks, isComplete } = parseChunks(Buffer.from(body))
  expect(isComplete).toBe(true)
  expect(chunks).toHaveLength(1)
  const [, retry] = /^retry: (\d+)\n/.exec(chunks[0] ?? '') ?? []
  expect(chunks[0]).toBe(
    `retry: ${retry}\nid: ${id}\nevent: runnel.full\n` +
      `data: {"reason":"limit","retry":${retry},"poll":"../poll/a?lastEventId=${id}"}\n\n`,
  )
})

test('at the limit a stream on HTTP/1.0 gets the same', async () => {
  await using full = await startFullPod()
  const request = formatRequest('/stream/a', { version: '1.0' })
  const { status, body } = await exchange(full.service.url, request)
  expect(status).toBe(200)
  expect(body).toMatch(/^retry: \d+\nid: \w{8}-0\nevent: runnel.full\ndata: \{.*\}\n\n$/)
})

test.for([
  ['/stream/a', undefined, []],
  ['/stream/a?from=earliest', undefined, ['1', '2', '3']],
  ['/stream/a?last=2', undefined, ['2', '3']],
  ['/stream/a', 0, ['2', '3']],
  ['/stream?channel=a', 1, ['3']],
  ['/stream?channel=b&channel=a&last=1', undefined, ['3', 'b']],
  ['/stream/a?envelope=1&ping=1', 2, []],
] as const)(
  'the poll and a later stream serve the events of %s after the same cursor',
  async ([target, sent, missed]) => {
    await using full = await startFullPod()
    const { service, guest } = full
    const ids = await publishCount(service.url, 'a', 3)
    await publishText(service.url, 'b', 'b')
    const headers = sent === undefined ? undefined : { 'Last-Event-ID': ids[sent] ?? '' }
    await using refused = await EventStream.open(service.url + target, headers)
    const { poll: path } = await readFull(refused)
    const cursor = new URL(path, service.url).searchParams.get('lastEventId')
    expect(refused.ids).toEqual([cursor])

    await publishText(service.url, 'a', 'meanwhile')
    const expected = [...missed, 'meanwhile'].toSorted()
    const answer = await poll(service.url, path)
    expect(answer.gaps).toEqual([])
    expect(answer.events.map(({ data }) => data).toSorted()).toEqual(expected)

    await leave(service, guest)
    await using back = await EventStream.open(service.url + target, {
      'Last-Event-ID': cursor ?? '',
    })
    const events = await back.take(expected.length)
    expect(events.map(({ id }) => id)).toEqual(answer.events.map(({ id }) => id))
    const open = openDocument.parse(JSON.parse((await back.event('runnel.open')).data))
    expect(open).toMatchObject({ cursor, resumed: true })
  },
)

test.for(['not ours', 'a-1.b-2', 'abcdefgh-1.abcdefgh-2', 'none', '\u00FF'.repeat(12_000)])(
  'a client with an unknown cursor gets the gap by stream and by poll: case %#',
  async (cursor) => {
    await using full = await startFullPod()
    const { service, guest } = full
    await publishCount(service.url, 'a', 3)
    const headers = { 'Last-Event-ID': cursor }
    await using refused = await EventStream.open(`${service.url}/stream/a?last=1`, headers)
    const { poll: path } = await readFull(refused)
    expect(refused.ids).toEqual(['none'])
    const answer = await poll(service.url, path)
    expect(answer.gaps).toMatchObject([{ channel: null, reason: 'unknown-cursor' }])
    expect(answer.events.map(({ data }) => data)).toEqual(['3'])

    await leave(service, guest)
    const again = { 'Last-Event-ID': refused.lastId }
    await using back = await EventStream.open(`${service.url}/stream/a?last=1`, again)
    expect((await back.take(1)).map(({ data }) => data)).toEqual(['3'])
    expect(back.events[0]).toMatchObject({ event: 'runnel.gap' })
  },
)

test('a cursor whose events are gone leads to a gap by stream and by poll', async () => {
  await using full = await startFullPod()
  const { service } = full
  await publishCount(service.url, 'a', 2)
  const headers = { 'Last-Event-ID': 'zzzzzzzz-7' }
  await using refused = await EventStream.open(`${service.url}/stream/a`, headers)
  const answer = await poll(service.url, (await readFull(refused)).poll)
  expect(refused.ids).toEqual(['zzzzzzzz-7'])
  expect(answer.gaps).toMatchObject([{ channel: 'a', reason: 'epoch-lost' }])
  expect(answer.events).toHaveLength(2)
})

test.for([
  ['/stream/a', '../poll/a?lastEventId=CURSOR'],
  ['/stream/a?from=earliest', '../poll/a?lastEventId=CURSOR&from=earliest'],
  ['/stream?channel=a&last=3', 'poll?channel=a&lastEventId=CURSOR&last=3'],
  ['/stream?channel=b&channel=a&ping=1', 'poll?channel=a&channel=b&lastEventId=CURSOR'],
] as const)('%s refers to the poll %s, wherever a proxy has put both', async ([target, wanted]) => {
  await using full = await startFullPod()
  await using refused = await EventStream.open(full.service.url + target)
  await readFull(refused)
  const { poll: reference } = fullDocument.parse(JSON.parse(refused.events[0]?.data ?? ''))
  expect(reference).toBe(wanted.replace('CURSOR', refused.lastId))
  const { pathname } = new URL(reference, `https://a.example/events${target}`)
  expect(pathname).toMatch(/^\/events\/poll(\/a)?$/)
})

test.for([
  ['alone', openLogAndFleet, LATE],
  ['beside full ones', beside(FULL), LATE],
  ['beside one with room', beside(ROOMY), SOON],
] as const)('a full pod %s says when to come back', async ([, open, range]) => {
  await using full = await startFullPod(open)
  const { url } = full.service
  const retries = new Set<number>()
  for (let count = 0; count < 20; count++) {
    await using refused = await EventStream.open(`${url}/stream/a`)
    retries.add((await readFull(refused, 'limit', range)).retry)
    const response = await fetch(`${url}/stream/a`, { headers: { Prefer: 'status' } })
    const seconds = Number(response.headers.get('Retry-After'))
    expect(seconds).toBeGreaterThanOrEqual(Math.ceil(range[0] / 1_000))
    expect(seconds).toBeLessThanOrEqual(range[1] / 1_000)
  }
  expect(retries.size).toBeGreaterThan(10)
})

test('a client with too many streams comes back late, although other pods have room', async () => {
  await using service = await startTestService({ 'max-per-address': '1' }, beside(ROOMY))
  await using guest = await EventStream.open(`${service.url}/stream/a`)
  await guest.event('runnel.open')
  const id = await publishText(service.url, 'a', 'x')
  await using refused = await EventStream.open(`${service.url}/stream/a`)
  await readFull(refused, 'client', LATE)
  expect(refused.ids).toEqual([id])
})

test('a native EventSource comes back by itself once there is room, and misses nothing', async () => {
  await using full = await startFullPod()
  const { service, guest } = full
  await publishText(service.url, 'a', 'before')
  const source = new EventSource(`${service.url}/stream/a`)
  try {
    const seen: string[] = []
    let refusals = 0
    source.addEventListener('message', ({ data }) => seen.push(String(data)))
    source.addEventListener('runnel.full', () => refusals++)
    await eventually(() => expect(refusals).toBeGreaterThan(0))
    await publishText(service.url, 'a', 'meanwhile')
    expect(source.readyState).not.toBe(EventSource.CLOSED)
    await leave(service, guest)
    await eventually(() => expect(seen).toEqual(['meanwhile']))
    await publishText(service.url, 'a', 'live')
    await eventually(() => expect(seen).toEqual(['meanwhile', 'live']))
  } finally {
    source.close()
  }
})

test('a refused stream takes no slot, and a bad request is still 400', async () => {
  await using full = await startFullPod()
  const { service } = full
  for (let round = 0; round < 5; round++) {
    await using refused = await EventStream.open(`${service.url}/stream/a`)
    await readFull(refused)
    expect((await fetch(`${service.url}/stream/a?from=x`)).status).toBe(400)
  }
  expect(service.snapshot().subscribers).toBe(1)
})

test('the first refusal of a client is a log line at once, and later ones are counted', async () => {
  await using serve = await spawnServe(['--max-streams=1', '--max-polls=1', '--drain-window=0s'])
  await using guest = await EventStream.open(`${serve.url}/stream/a`)
  await guest.event('runnel.open')
  const retries: number[] = []
  for (let round = 0; round < 30; round++) {
    await using refused = await EventStream.open(`${serve.url}/stream/a`)
    await refused.ended()
    retries.push(...refused.retries)
  }
  expect(Math.min(...retries)).toBeGreaterThanOrEqual(5_000)
  const [id = ''] = guest.ids
  const held = fetch(`${serve.url}/poll/a?lastEventId=${id}`)
  await eventually(async () => {
    expect(await readCounts(serve)).toMatchObject({ polls: 1 })
  })
  expect((await fetch(`${serve.url}/poll/a?wait=0`)).status).toBe(503)
  await publishText(serve.url, 'a', 'x')
  await held
  serve.child.kill('SIGTERM')
  await serve.exited
  const refusals = serve.lines.filter(({ msg }) => msg === 'refused')
  const fields = { level: 'warn', reason: 'limit', client: '127.0.0.1' }
  expect(refusals).toMatchObject([
    { ...fields, what: 'stream', count: 1 },
    { ...fields, what: 'poll', count: 1 },
    { ...fields, what: 'stream', count: 29 },
  ])
})

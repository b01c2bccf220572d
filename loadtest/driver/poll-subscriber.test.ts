import { afterEach, expect, test, vi } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { skipWaits } from '../../test/support/skip-waits.ts'
import { ScriptedServer, type Script } from '../../test/support/scripted-server.ts'
import { SubscriberRecord } from '../../test/support/subscriber-record.ts'
import { createPollPool } from './poll-pool.ts'
import { PollSubscriber } from './poll-subscriber.ts'
import { resolveServer } from './server.ts'
import { SourceAddresses } from './source-addresses.ts'

const cleanups: (() => Promise<void>)[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function poll(script: Script, cursor = '') {
  const scripted = await ScriptedServer.start(script)
  const url = scripted.url.origin
  const address = { dialect: 'runnel', url, publishUrl: url, headers: {} } as const
  const server = await resolveServer({ ...address, publishHeaders: {}, connectTo: [] }, 3)
  const pool = createPollPool(server)
  const record = new SubscriberRecord()
  const start = { server, channel: 'news', from: 'latest', reading: { kind: 'at-once' } } as const
  const subscriber = new PollSubscriber(pool, { ...start, cursor }, record)
  cleanups.push(async () => {
    subscriber.close()
    await pool.destroy()
    await scripted[Symbol.asyncDispose]()
  })
  void subscriber.start()
  return { scripted, subscriber, record }
}

const OPENED = ['connecting', 'answered', 'opened']

interface Answer {
  readonly offsets?: readonly number[]
  readonly gaps?: readonly unknown[]
  readonly cursor: number
  readonly retry?: number
}

/** What a timer can wait at most, in ms; it fires at once if it is told to wait longer. */
const LONGEST_TIMER = 2_147_483_647

function answer({ offsets = [], gaps = [], cursor, retry = 0 }: Answer): string {
  const events = offsets.map((offset) => {
    return { id: `aaaaaaaa-${offset}`, channel: 'news', event: 'message', data: String(offset) }
  })
  return JSON.stringify({ events, gaps, cursor: `aaaaaaaa-${cursor}`, more: false, retry })
}

/** An answer with this in place of an event. */
function polled(event: string): string {
  return `{"events":[${event}],"gaps":[],"cursor":"aaaaaaaa-1","retry":0}`
}

test('each poll has the cursor of the last answer', async () => {
  const { scripted, record } = await poll((response, number) => {
    if (number === 0) response.end(answer({ cursor: 4 }))
    else if (number === 1) response.end(answer({ offsets: [5, 6], cursor: 6 }))
    else if (number === 2) response.end(answer({ cursor: 6 }))
    // The fourth is held.
  })
  await eventually(() => expect(scripted.requests).toHaveLength(4))
  expect(scripted.cursors).toEqual([undefined, 'aaaaaaaa-4', 'aaaaaaaa-6', 'aaaaaaaa-6'])
  expect(record.calls).toEqual(OPENED)
  expect(record.texts).toEqual(['5', '6'])
  expect(record.events[0]).toMatchObject({
    event: 'runnel.open',
    data: '{"cursor":"aaaaaaaa-4"}',
    id: 'aaaaaaaa-4',
  })
  expect(scripted.requests[0]?.socket.remoteAddress).toMatch(/^127\.4\.0\./)
})

test('a first answer with events began before the first of them', async () => {
  const { record } = await poll((response, number) => {
    if (number === 0) response.end(answer({ offsets: [3, 4], cursor: 4 }))
  })
  await eventually(() => expect(record.texts).toEqual(['3', '4']))
  expect(record.events[0]).toMatchObject({ event: 'runnel.open', id: 'aaaaaaaa-2' })
})

test('gaps are told like those of a stream, before the events', async () => {
  const gap = {
    channel: 'news',
    reason: 'trimmed',
    from: 'aaaaaaaa-2',
    to: 'aaaaaaaa-7',
    missed: 6,
  }
  const { record } = await poll((response, number) => {
    if (number === 0) response.end(answer({ offsets: [8], gaps: [gap], cursor: 8 }))
  }, 'aaaaaaaa-1')
  await eventually(() => expect(record.texts).toEqual(['8']))
  expect(record.events.map(({ event, id }) => [event, id])).toEqual([
    ['runnel.gap', 'aaaaaaaa-7'],
    ['message', 'aaaaaaaa-8'],
  ])
  expect(JSON.parse(record.events[0]?.data ?? '')).toEqual(gap)
})

test('a poll that ends without an answer is a cut, and comes back with its cursor', async () => {
  const waits = skipWaits()
  const { scripted, record } = await poll((response, number) => {
    if (number === 0) response.end(answer({ cursor: 4 }))
    if (number === 1) response.destroy()
  })
  await eventually(() => expect(scripted.requests).toHaveLength(3))
  expect(record.calls).toEqual([...OPENED, expect.stringMatching(/^cut: /), 'connecting'])
  expect(scripted.cursors).toEqual([undefined, 'aaaaaaaa-4', 'aaaaaaaa-4'])
  expect(waits).toContain(3_000)
})

test.for([
  [503, '{}', 'refused: status 503'],
  [429, '{}', 'refused: status 429'],
  [404, '{}', 'dead end: status 404'],
  [200, '<html>', 'dead end: no answer of a Runnel service'],
  [200, '{"events":[],"gaps":[],"retry":0}', 'dead end: no answer of a Runnel service'],
  [200, polled('null'), 'dead end: no answer of a Runnel service'],
  [200, polled('{"event":"message","data":"1"}'), 'dead end: no answer of a Runnel service'],
  [
    200,
    polled('{"event":"message","data":1,"id":"a-1"}'),
    'dead end: no answer of a Runnel service',
  ],
] as const)('status %d with %j: %s', async ([status, body, expected]) => {
  skipWaits()
  const { record } = await poll((response, number) => {
    if (number === 0) response.writeHead(status).end(body)
    else if (number === 1) response.end(answer({ cursor: 4 }))
  })
  await eventually(() => expect(record.calls).toContain('opened'))
  expect(record.calls).toEqual(['connecting', 'answered', expected, ...OPENED])
})

test('Retry-After is kept to', async () => {
  const waits = skipWaits()
  const { record } = await poll((response, number) => {
    if (number === 0) response.writeHead(503, { 'Retry-After': '9' }).end()
    else if (number === 1) response.end(answer({ cursor: 4 }))
  })
  await eventually(() => expect(record.calls).toContain('opened'))
  expect(waits).toContain(9_000)
})

test.for([
  ['a poll', (response) => response.end(answer({ cursor: 4, retry: 1e12 }))],
  ['Retry-After', (response) => response.writeHead(503, { 'Retry-After': '9999999' }).end()],
] as const satisfies [string, Script][])(
  'a wait beyond what timers take is as long as they take, by %s',
  async ([, script]) => {
    const waits = skipWaits()
    const { scripted } = await poll(script)
    await eventually(() => expect(waits).toContain(LONGEST_TIMER))
    expect(scripted.requests).toHaveLength(1)
  },
)

test('a server that has nothing and does not hold its answer is not asked again at once', async () => {
  const waits = vi.spyOn(globalThis, 'setTimeout')
  const { scripted } = await poll((response, number) => {
    if (number === 0) response.end(answer({ offsets: [3], cursor: 3 }))
    else if (number === 1) response.end(answer({ cursor: 3 }))
    else if (number === 2) response.end(answer({ cursor: 3, retry: -5 }))
  })
  await eventually(() => expect(scripted.requests).toHaveLength(4))
  const between = waits.mock.calls.flatMap(([, wait = 0]) => (wait <= 100 ? [wait] : []))
  expect(between).toEqual([0, 100, 100])
})

test('cut and close end the request that is held, and give back its address', async () => {
  skipWaits()
  const take = vi.spyOn(SourceAddresses.prototype, 'take')
  const release = vi.spyOn(SourceAddresses.prototype, 'release')
  const { scripted, record, subscriber } = await poll((response, number) => {
    if (number === 0) response.end(answer({ cursor: 4 }))
  })
  await eventually(() => expect(scripted.requests).toHaveLength(2))
  subscriber.cut()
  await eventually(() => expect(scripted.requests).toHaveLength(3))
  expect(record.calls[3]).toBe('cut: the driver cut it')

  subscriber.close()
  await eventually(() => expect(scripted.connections).toBe(0))
  expect(record.calls.slice(4)).toEqual(['connecting', 'closed'])
  await eventually(() => {
    const taken = take.mock.results.map(({ value }) => value as string)
    const released = release.mock.calls.map(([address]) => address)
    expect(new Set(released)).toEqual(new Set(taken))
    expect(released).toHaveLength(taken.length)
  })
})

import { afterEach, expect, test, vi } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { RawServer } from '../../test/support/raw-server.ts'
import { SubscriberRecord } from '../../test/support/subscriber-record.ts'
import type { DialectName } from './commands.ts'
import { monotonicNow } from './monotonic-clock.ts'
import { resolveServer } from './server.ts'
import { StreamSubscriber } from './stream-subscriber.ts'

const subscribers: StreamSubscriber[] = []

afterEach(() => {
  for (const subscriber of subscribers.splice(0)) subscriber.close()
  vi.restoreAllMocks()
})

/** A started subscriber, closed after the test. */
async function subscribe(
  url: string,
  dialect: DialectName = 'runnel',
  record = new SubscriberRecord(),
) {
  const headers = { 'X-Tenant': 'a' }
  const address = { dialect, url, publishUrl: url, headers, publishHeaders: {}, connectTo: [] }
  const server = await resolveServer(address, 0)
  const start = { server, channel: 'news', from: 'latest', cursor: '' } as const
  const subscriber = new StreamSubscriber({ ...start, reading: { kind: 'at-once' } }, record)
  subscribers.push(subscriber)
  return { subscriber, record, started: subscriber.start() }
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n'
const STREAM = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`
const LAST_CHUNK = '0\r\n\r\n'
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const event = (offset: number) => `id: aaaaaaaa-${offset}\ndata: ${offset}\n\n`

/** The first events of a stream. */
function open({ retry = 10, offset = 0, heartbeat = 15_000 } = {}): string {
  const data = JSON.stringify({ stream: 's', cursor: `aaaaaaaa-${offset}`, heartbeat })
  return chunk(`retry: ${retry}\nid: aaaaaaaa-${offset}\nevent: runnel.open\ndata: ${data}\n\n`)
}

const closing = (name: string, id = '') =>
  chunk(`retry: 20\n${id}event: ${name}\ndata: {}\n\n`) + LAST_CHUNK

const OPENED = ['connecting', 'answered', 'opened']

test.for([
  ['the end of the body', LAST_CHUNK, 'cut: the server ended the stream'],
  ['an end without a last chunk', '', 'cut: the connection ended within the body'],
  ['half a chunk', 'ff\r\ndata: half', 'cut: the connection ended within the body'],
  [
    'half an event',
    chunk('id: aaaaaaaa-2\ndata: 2\n'),
    'cut: the connection ended within the body',
  ],
  ['bytes that are no chunk', 'zz\r\n', 'cut: expected the size of a chunk'],
  ['runnel.drain', closing('runnel.drain'), 'closing: runnel.drain'],
  ['runnel.expire', closing('runnel.expire'), 'closing: runnel.expire'],
  ['runnel.fault', closing('runnel.fault'), 'closing: runnel.fault'],
] as const)('after %s it comes back with the last whole id', async ([, ending, expected]) => {
  await using server = await RawServer.start((socket, number) => {
    if (number === 0) socket.end(STREAM + open() + chunk(event(1)) + ending)
    else socket.write(STREAM + open({ offset: 1 }) + chunk(event(2)))
  })
  const { record, started } = await subscribe(server.url)
  await started
  await eventually(() => expect(record.texts).toEqual(['1', '2']))

  expect(server.cursors).toEqual([undefined, 'aaaaaaaa-1'])
  expect(record.calls).toEqual([...OPENED, expect.stringContaining(expected), ...OPENED])
})

test('after a reset it comes back with the last id', async () => {
  await using server = await RawServer.start((socket, number) => {
    socket.write(STREAM + open({ offset: number }) + chunk(event(number + 1)))
  })
  const { record } = await subscribe(server.url)
  await eventually(() => expect(record.texts).toEqual(['1']))
  server.sockets[0]?.resetAndDestroy()
  await eventually(() => expect(record.texts).toEqual(['1', '2']))

  expect(server.cursors).toEqual([undefined, 'aaaaaaaa-1'])
  expect(record.calls).toEqual([...OPENED, 'cut: read ECONNRESET', ...OPENED])
})

test('a stream that ends before its first event is a cut', async () => {
  await using server = await RawServer.start((socket, number) => {
    if (number === 0) socket.end(STREAM)
    else socket.write(STREAM + open())
  })
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(atOnce)
  const { record } = await subscribe(server.url)
  await eventually(() => expect(server.requests).toHaveLength(2))
  expect(record.calls.slice(0, 3)).toEqual([
    'connecting',
    'answered',
    'cut: the connection ended within the body',
  ])
})

/** The waits that a subscriber asked for, which are all over at once. */
const waits: number[] = []
const immediately = globalThis.setTimeout

function atOnce(callback: () => void, milliseconds = 0): NodeJS.Timeout {
  waits.push(milliseconds)
  return immediately(callback, 0)
}

const PROBLEM = 'Content-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}'

test.for([
  ['503 Unavailable', PROBLEM, 'refused: status 503'],
  ['429 Too Many', PROBLEM, 'refused: status 429'],
  ['204 No Content', '\r\n', 'dead end: status 204'],
  ['404 Not Found', PROBLEM, 'dead end: status 404'],
  ['302 Found', 'Location: /other\r\n\r\n', 'dead end: status 302'],
  ['500 Broken', PROBLEM, 'dead end: status 500'],
  ['200 OK', PROBLEM, 'dead end: type application/problem+json'],
  ['200 OK', 'Content-Type: text/event-streams\r\n\r\n', 'dead end: type text/event-streams'],
  ['200 OK', '\r\n', 'dead end: type nothing'],
] as const)('after status %s with %j it comes back after 1.5 s to 4.5 s', async (answer) => {
  const [status, rest, expected] = answer
  await using server = await RawServer.start((socket, number) => {
    if (number < 20) socket.end(`HTTP/1.1 ${status}\r\n${rest}`)
    else socket.write(STREAM + open())
  })
  waits.length = 0
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(atOnce)
  const { record } = await subscribe(server.url)
  await eventually(() => expect(record.calls).toContain('opened'))

  expect(record.calls.slice(0, 3)).toEqual(['connecting', 'answered', expected])
  const asked = waits.filter((milliseconds) => milliseconds > 1_000)
  expect(asked).toHaveLength(20)
  expect(Math.min(...asked)).toBeGreaterThanOrEqual(1_500)
  expect(Math.max(...asked)).toBeLessThanOrEqual(4_500)
  expect(new Set(asked).size).toBeGreaterThan(1)
})

test('a longer Retry-After is kept to', async () => {
  await using server = await RawServer.start((socket, number) => {
    if (number === 0) socket.end(`HTTP/1.1 503 Unavailable\r\nRetry-After: 77\r\n${PROBLEM}`)
    else socket.write(STREAM + open())
  })
  waits.length = 0
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(atOnce)
  const { record } = await subscribe(server.url)
  await eventually(() => expect(record.calls).toContain('opened'))
  expect(waits).toContain(77_000)
})

test.for(['runnel.full', 'runnel.drain'])(
  '%s in place of a stream is a refusal, and its id is kept',
  async (name) => {
    await using server = await RawServer.start((socket, number) => {
      if (number === 0) socket.end(STREAM + closing(name, 'id: aaaaaaaa-7\n'))
      else socket.write(STREAM + open({ offset: 7 }))
    })
    const { record, started } = await subscribe(server.url)
    await started
    await eventually(() => expect(record.calls).toContain('opened'))

    expect(record.calls).toEqual(['connecting', 'answered', `refused: ${name}`, ...OPENED])
    expect(record.events.map((seen) => seen.event)).toEqual([name, 'runnel.open'])
    expect(server.cursors).toEqual([undefined, 'aaaaaaaa-7'])
  },
)

test('a gap before runnel.open opens the stream, and moves the cursor', async () => {
  await using server = await RawServer.start((socket, number) => {
    const gap = chunk('id: bbbbbbbb-3\nevent: runnel.gap\ndata: {}\n\n')
    if (number === 0) socket.end(STREAM + gap)
    else socket.write(STREAM + open())
  })
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(atOnce)
  const { record } = await subscribe(server.url)
  await eventually(() => expect(server.requests).toHaveLength(2))
  expect(record.calls.slice(0, 3)).toEqual(OPENED)
  expect(server.cursors).toEqual([undefined, 'bbbbbbbb-3'])
})

test('it waits as long as the last retry says, and 3 s where none came', async () => {
  await using server = await RawServer.start((socket, number) => {
    if (number === 0) socket.end()
    else if (number === 1) socket.end(STREAM + open({ retry: 1_234 }))
    else if (number === 2) socket.end(STREAM + open({ retry: 5 }) + chunk('retry: 2345\n\n'))
    else socket.write(STREAM + open())
  })
  waits.length = 0
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(atOnce)
  const { record } = await subscribe(server.url)
  await eventually(() => expect(server.requests).toHaveLength(4))

  expect(waits.filter((milliseconds) => milliseconds > 1_000)).toEqual([3_000, 1_234, 2_345])
  expect(record.calls.slice(0, 2)).toEqual([
    'connecting',
    'connect failed: the connection ended before an answer',
  ])
})

test('a server that cannot be reached is a failure to connect, and starting ends with it', async () => {
  const closed = await RawServer.start(() => undefined)
  const { url } = closed
  await closed[Symbol.asyncDispose]()
  const { record, started, subscriber } = await subscribe(url)
  await started
  expect(record.calls).toEqual(['connecting', expect.stringMatching(/^connect failed: .*REFUSED/)])
  expect(subscriber.state).toBe('waiting')
})

test('the request is that of an EventSource, with the headers of the address', async () => {
  await using server = await RawServer.start((socket) => socket.write(STREAM + open()))
  const { started } = await subscribe(`${server.url}/base/`)
  await started
  const { host } = new URL(server.url)
  expect(server.requests).toEqual([
    `GET /base/stream/news HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n` +
      'Cache-Control: no-cache\r\nX-Tenant: a\r\n\r\n',
  ])
  expect(server.sockets[0]?.remoteAddress).toMatch(/^127\.1\.0\.\d+$/)
})

test.for(['close', 'cut'] as const)(
  'a %s at an event leaves out the events after it in the same read',
  async (action) => {
    await using server = await RawServer.start((socket, number) => {
      if (number === 0) socket.write(STREAM + open() + chunk(event(1) + event(2)) + chunk(event(3)))
      else socket.write(STREAM + open({ offset: 1 }) + chunk(event(2)))
    })
    let subscriber: StreamSubscriber | undefined
    class Acting extends SubscriberRecord {
      override event(seen: Parameters<SubscriberRecord['event']>[0]): void {
        super.event(seen)
        if (seen.data === '1') subscriber?.[action]()
      }
    }
    const subscribed = await subscribe(server.url, 'runnel', new Acting())
    subscriber = subscribed.subscriber
    const { record } = subscribed
    await eventually(() => expect(record.texts).toEqual(action === 'cut' ? ['1', '2'] : ['1']))

    const after = action === 'cut' ? ['cut: the driver cut it', ...OPENED] : ['closed']
    expect(record.calls).toEqual([...OPENED, ...after])
    expect(subscriber.cursor).toBe(action === 'cut' ? 'aaaaaaaa-2' : 'aaaaaaaa-1')
  },
)

test('after a close while it is open it does not come back', async () => {
  await using server = await RawServer.start((socket) => socket.write(STREAM + open({ retry: 0 })))
  const { subscriber, record, started } = await subscribe(server.url)
  await started
  subscriber.close()
  subscriber.close()
  await eventually(() => expect(server.sockets).toEqual([]))
  // Another one that is cut and comes back shows that the time was over.
  const other = await subscribe(server.url)
  await other.started
  other.subscriber.cut()
  await eventually(() => expect(other.record.calls.at(-1)).toBe('opened'))

  expect(server.requests).toHaveLength(3)
  expect(record.calls).toEqual([...OPENED, 'closed'])
  expect(subscriber.state).toBe('closed')
})

test('after a close while it waits it does not come back', async () => {
  await using server = await RawServer.start((socket) => socket.end(STREAM + open({ retry: 50 })))
  const { subscriber, record } = await subscribe(server.url)
  await eventually(() => expect(subscriber.state).toBe('waiting'))
  subscriber.close()
  const other = await subscribe(server.url)
  await eventually(() => {
    expect(other.record.calls.filter((call) => call === 'opened').length).toBeGreaterThan(1)
  })
  expect(record.calls.filter((call) => call === 'connecting')).toHaveLength(1)
  expect(record.calls.at(-1)).toBe('closed')
})

test('silence for two and a half heartbeats is a cut, and a heartbeat is no silence', async () => {
  await using server = await RawServer.start((socket, number) => {
    socket.write(STREAM + open({ heartbeat: 100_000, offset: number }))
  })
  const { subscriber, record, started } = await subscribe(server.url)
  await started
  const openedAt = monotonicNow()
  subscriber.checkSilence(openedAt + 240e6)
  expect(subscriber.state).toBe('open')

  const { bytes } = record
  server.sockets[0]?.write(chunk(':\n'))
  await eventually(() => expect(record.bytes).toBeGreaterThan(bytes))
  const beatAt = monotonicNow()
  subscriber.checkSilence(beatAt + 240e6)
  expect(subscriber.state).toBe('open')
  subscriber.checkSilence(beatAt + 260e6)
  await eventually(() => expect(server.requests).toHaveLength(2))
  expect(record.calls).toContainEqual(expect.stringMatching(/^cut: nothing came for 26\d s$/))
})

test('a request without an answer is given up like a silent stream', async () => {
  await using server = await RawServer.start(() => undefined)
  const { subscriber, record, started } = await subscribe(server.url)
  await eventually(() => expect(server.requests).toHaveLength(1))
  subscriber.checkSilence(monotonicNow() + 30e6)
  expect(record.calls).toEqual(['connecting'])
  subscriber.checkSilence(monotonicNow() + 45e6)
  await started
  expect(record.calls[1]).toMatch(/^connect failed: nothing came for 4\d s$/)
})

test.for(['plain', 'nchan', 'mercure'] as const)(
  'a stream of %s is open with its head, and may be silent',
  async (dialect) => {
    await using server = await RawServer.start((socket, number) => {
      if (number === 0) socket.write(`${HEAD}\r\nretry: 10\nid: x\ndata: 1\n\n`)
      else socket.write(`${HEAD}\r\n`)
    })
    const { subscriber, record, started } = await subscribe(server.url, dialect)
    await started
    expect(record.calls).toEqual(OPENED)
    await eventually(() => expect(record.texts).toEqual(['1']))
    subscriber.checkSilence(monotonicNow() + 1e12)
    expect(subscriber.state).toBe('open')

    server.sockets[0]?.end()
    await eventually(() => expect(record.calls).toEqual([...OPENED, expect.anything(), ...OPENED]))
    expect(server.cursors).toEqual([undefined, 'x'])
  },
)

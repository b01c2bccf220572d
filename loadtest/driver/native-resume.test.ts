/** When, where and why a stream subscriber comes back. */
import { afterEach, expect, test, vi } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { RawServer } from '../../test/support/raw-server.ts'
import { skipWaits } from '../../test/support/skip-waits.ts'
import {
  chunk,
  event,
  LAST_CHUNK,
  open,
  OPENED,
  STREAM,
  subscribe,
} from '../../test/support/stream-subscribers.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const closing = (name: string, id = '', data = {}) =>
  chunk(`retry: 20\n${id}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`) + LAST_CHUNK

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
  [
    'runnel.expire',
    closing('runnel.expire', '', { reason: 'age' }),
    'closing: runnel.expire (age)',
  ],
  [
    'runnel.fault',
    closing('runnel.fault', '', { message: 'broken' }),
    'closing: runnel.fault (broken)',
  ],
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
  skipWaits()
  const { record } = await subscribe(server.url)
  await eventually(() => expect(server.requests).toHaveLength(2))
  expect(record.calls.slice(0, 3)).toEqual([
    'connecting',
    'answered',
    'cut: the connection ended within the body',
  ])
})

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
] as const)('%s (case %#) is no stream: it comes back after 1.5 s to 4.5 s', async (answer) => {
  const [status, rest, expected] = answer
  await using server = await RawServer.start((socket, number) => {
    if (number < 20) socket.end(`HTTP/1.1 ${status}\r\n${rest}`)
    else socket.write(STREAM + open())
  })
  const waits = skipWaits()
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
    if (number === 0) socket.end(`HTTP/1.1 503 Unavailable\r\nRetry-After: 9\r\n${PROBLEM}`)
    else socket.write(STREAM + open())
  })
  const waits = skipWaits()
  const { record } = await subscribe(server.url)
  await eventually(() => expect(record.calls).toContain('opened'))
  expect(waits).toContain(9_000)
})

test.for([
  ['runnel.full', { reason: 'client', retry: 20 }, 'runnel.full (client)'],
  ['runnel.drain', { retry: 20 }, 'runnel.drain'],
] as const)(
  '%s in place of a stream is a refusal, and its id is kept',
  async ([name, data, reason]) => {
    await using server = await RawServer.start((socket, number) => {
      if (number === 0) socket.end(STREAM + closing(name, 'id: aaaaaaaa-7\n', data))
      else socket.write(STREAM + open({ offset: 7 }))
    })
    const { record, started } = await subscribe(server.url)
    await started
    await eventually(() => expect(record.calls).toContain('opened'))

    expect(record.calls).toEqual(['connecting', 'answered', `refused: ${reason}`, ...OPENED])
    expect(record.events.map((seen) => seen.event)).toEqual([name, 'runnel.open'])
    expect(server.cursors).toEqual([undefined, 'aaaaaaaa-7'])
  },
)

test('a fault in place of a stream is no refusal', async () => {
  await using server = await RawServer.start((socket, number) => {
    if (number === 0) socket.end(STREAM + closing('runnel.fault', '', { message: 'broken' }))
    else socket.write(STREAM + open())
  })
  const { record } = await subscribe(server.url)
  await eventually(() => expect(record.calls).toContain('opened'))
  const expected = ['connecting', 'answered', 'closing: runnel.fault (broken)', ...OPENED]
  expect(record.calls).toEqual(expected)
})

test('a gap before runnel.open opens the stream, and moves the cursor', async () => {
  await using server = await RawServer.start((socket, number) => {
    const gap = chunk('id: bbbbbbbb-3\nevent: runnel.gap\ndata: {}\n\n')
    if (number === 0) socket.end(STREAM + gap)
    else socket.write(STREAM + open())
  })
  skipWaits()
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
  const waits = skipWaits()
  const { record } = await subscribe(server.url)
  await eventually(() => expect(server.requests).toHaveLength(4))

  expect(waits.filter((milliseconds) => milliseconds > 1_000)).toEqual([3_000, 1_234, 2_345])
  expect(record.calls.slice(0, 2)).toEqual([
    'connecting',
    'connect failed: the connection ended before an answer',
  ])
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDocument } from '../../src/schema/system-events.ts'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import {
  exchange,
  formatRequest,
  parseChunks,
  parseResponse,
} from '../support/clients/raw-response.ts'
import { publishLines, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService({ 'max-event': '1MiB' })
})

afterAll(() => service[Symbol.asyncDispose]())

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  vary: 'Origin',
  connection: 'close',
}

/** The first blocks of a stream that starts at `id`. */
function openingOf(id: string): RegExp {
  return new RegExp(`^retry: \\d+\\nid: ${id}\\nevent: runnel.open\\ndata: (\\{.*\\})\\n\\n$`)
}

test('on HTTP/1.1 the head and the first blocks go out at once, chunked', async () => {
  const id = await publishText(service.url, 'opening', 'a')
  await using connection = await RawConnection.open(service.url)
  // With a request that asks for a close, every answer says that it closes.
  const headers = [
    'Connection: keep-alive',
    'Accept-Encoding: zstd, br, gzip',
    'Accept: text/event-stream',
  ]
  connection.send(formatRequest('/stream/opening', { headers }))
  const response = parseResponse(await connection.until(/runnel.open\n.*\n\n\r\n$/))
  const { date, ...rest } = Object.fromEntries(response.headers)
  expect(response.status).toBe(200)
  expect(Date.parse(date ?? '')).not.toBeNaN()
  expect(rest).toEqual({ ...HEADERS, 'transfer-encoding': 'chunked' })
  const { chunks } = parseChunks(Buffer.from(response.body))
  expect(chunks).toHaveLength(1)
  const [, json = ''] = openingOf(id).exec(chunks[0] ?? '') ?? []
  const { stream, ...open } = openDocument.parse(JSON.parse(json))
  expect(open).toEqual({ cursor: id, resumed: false, heartbeat: 15_000 })
  expect(stream).not.toBe('')
})

test.for(['close', 'keep-alive'])(
  'on HTTP/1.0 the body ends with the connection, whatever it asks for: %s',
  async (wish) => {
    const id = await publishText(service.url, 'old', 'a')
    await using connection = await RawConnection.open(service.url)
    const headers = [`Connection: ${wish}`]
    connection.send(formatRequest('/stream/old', { version: '1.0', headers }))
    const response = parseResponse(await connection.until(/runnel.open\n.*\n\n$/))
    const { date, ...rest } = Object.fromEntries(response.headers)
    expect(date).toBeDefined()
    expect(rest).toEqual(HEADERS)
    expect(response.body).toMatch(openingOf(id))
  },
)

test('events are written as the contract has them, byte by byte', async () => {
  const before = await publishText(service.url, 'bytes', 'first')
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/bytes'))
  const head = await connection.until(/runnel.open\n.*\n\n\r\n$/)
  await publishLines(service.url, 'bytes', [
    { data: 'a' },
    { event: 'tick', data: ' b\nc\n' },
    { event: 'message', data: '' },
    { data: { n: 1 } },
  ])
  const [epoch] = before.split('-')
  const blocks =
    `id: ${epoch}-2\ndata: a\n\n` +
    `id: ${epoch}-3\nevent: tick\ndata:  b\ndata: c\ndata: \n\n` +
    `id: ${epoch}-4\ndata: \n\n` +
    `id: ${epoch}-5\ndata: {"n":1}\n\n`
  // The events of one tick share a chunk.
  const chunk = `${blocks.length.toString(16)}\r\n${blocks}\r\n`
  expect(await connection.until('{"n":1}\n\n\r\n')).toBe(head + chunk)
})

test('no block is split over two chunks, however large or many they are', async () => {
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/whole?from=earliest'))
  await connection.until('runnel.open')
  const sizes = [1, 10, 100_000, 3, 200_000, 64_000, 2]
  for (let round = 0; round < 10; round++) {
    await publishLines(
      service.url,
      'whole',
      sizes.slice(0, 3).map((size) => ({ data: 'x\n'.repeat(size / 2) })),
    )
    for (const size of sizes) await publishText(service.url, 'whole', 'y'.repeat(size))
  }
  await publishText(service.url, 'whole', 'the last')
  await connection.until('data: the last\n\n\r\n')
  const { bytes } = connection
  const { chunks } = parseChunks(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4))
  expect(chunks.length).toBeGreaterThan(10)
  for (const chunk of chunks) expect(chunk.endsWith('\n\n')).toBe(true)
})

test.for([
  [],
  ['Accept: */*'],
  ['Accept: application/json'],
  ['Accept: text/event-stream;q=0'],
  [`Accept: ${'text/x, '.repeat(500)}text/y`],
])('a stream ignores Accept: case %#', async (headers) => {
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/accept', { headers }))
  expect(await connection.until('runnel.open')).toContain(
    'Content-Type: text/event-stream; charset=utf-8\r\n',
  )
})

test.for([
  'http://localhost/stream/target?from=earliest',
  'http://localhost:7/stream?channel=target&from=earliest',
  '/stream/target?from=earliest#fragment',
  '/stream/target?from=earliest&unknown=1',
  '/stream/t%61rget?from=earliest',
])('the target may be written as %s', async (target) => {
  await publishText(service.url, 'target', 'seen')
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest(target))
  expect(await connection.until('data: seen')).toMatch(/^HTTP\/1.1 200 OK/)
})

test('HEAD answers as GET would, and opens no subscription', async () => {
  await using fresh = await startTestService()
  const request = formatRequest('/stream/a', { method: 'HEAD' })
  const { status, headers, body } = await exchange(fresh.url, request)
  const { date, ...rest } = Object.fromEntries(headers)
  expect([status, body, rest]).toEqual([200, '', HEADERS])
  expect(date).toBeDefined()
  expect(fresh.snapshot()).toMatchObject({ subscribers: 0, channels: 0 })
})

test.for(['/stream/a', '/stream?channel=a', '/poll/a', '/poll?channel=a'])(
  'OPTIONS on %s tells the methods and opens no subscription',
  async (target) => {
    await using fresh = await startTestService()
    const request = formatRequest(target, { method: 'OPTIONS' })
    const { status, headers, body } = await exchange(fresh.url, request)
    expect([status, body]).toEqual([204, ''])
    expect(headers.get('allow')?.split(', ').toSorted()).toEqual(['GET', 'HEAD', 'OPTIONS'])
    expect(fresh.snapshot()).toMatchObject({ subscribers: 0, channels: 0 })
  },
)

test('bytes that a client sends after its request are not answered', async () => {
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/behind') + formatRequest('/health/live'))
  await connection.until('runnel.open')
  connection.send(formatRequest('/health/live'))
  await publishText(service.url, 'behind', 'the last')
  const text = await connection.until('data: the last')
  expect(text.match(/HTTP\/1.1/g)).toHaveLength(1)
})

test('a client that sends more than 4 KiB into its stream is cut', async () => {
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/noise'))
  await connection.until('runnel.open')
  connection.send('x'.repeat(4_096 + 1))
  expect((await connection.untilEnd()).endsWith('0\r\n\r\n')).toBe(false)
})

test('a stream behind a poll on one connection waits for its turn', async () => {
  await using connection = await RawConnection.open(service.url)
  const headers = ['Connection: keep-alive']
  connection.send(formatRequest('/poll/turn', { headers }) + formatRequest('/stream/turn'))
  await connection.until('runnel.open')
  expect(connection.text).toMatch(/^HTTP\/1.1 200 OK[^]*"events":[^]*HTTP\/1.1 200 OK[^]*retry: /)
})

test('a client that leaves gives back its slot', async () => {
  await using fresh = await startTestService()
  for (const leave of ['close', 'reset'] as const) {
    const stream = await EventStream.open(`${fresh.url}/stream/a`)
    await using raw = await RawConnection.open(fresh.url)
    raw.send(formatRequest('/stream/a'))
    await raw.until('runnel.open')
    expect(fresh.snapshot().subscribers).toBe(2)
    if (leave === 'reset') raw.reset()
    else await raw[Symbol.asyncDispose]()
    await stream[Symbol.asyncDispose]()
    await eventually(() => expect(fresh.snapshot().subscribers).toBe(0))
  }
})

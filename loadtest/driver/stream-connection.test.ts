import { setDefaultCACertificates, getCACertificates } from 'node:tls'
import { createServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { EventStreamDecoder } from '../../src/wire/decode.ts'
import { ClientAuthority } from '../../test/support/client-certificates.ts'
import { eventually } from '../../test/support/eventually.ts'
import { RawServer } from '../../test/support/raw-server.ts'
import type { Reading } from './commands.ts'
import { Endpoint } from './endpoint.ts'
import type { ResponseHead } from './response-head.ts'
import { StreamConnection, type ConnectionOwner } from './stream-connection.ts'

const connections: StreamConnection[] = []

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close()
})

/** Keeps what a connection tells. */
class Owner implements ConnectionOwner {
  readonly texts: string[] = []
  readonly ends: string[] = []
  head: ResponseHead | undefined
  bytes = 0

  onHead(head: ResponseHead): EventStreamDecoder {
    this.head = head
    return new EventStreamDecoder({ onEvent: ({ data }) => this.texts.push(data) })
  }

  onRead(bytes: number): void {
    this.bytes += bytes
  }

  onEnd(reason: string): void {
    this.ends.push(reason)
  }
}

async function request(url: string, path = '/', reading: Reading = { kind: 'at-once' }) {
  const endpoint = await Endpoint.resolve({ url, connectTo: [] })
  const owner = new Owner()
  const connection = new StreamConnection(owner)
  connections.push(connection)
  connection.start({
    endpoint,
    ip: endpoint.nextIp(),
    localAddress: undefined,
    request: `GET ${path} HTTP/1.1\r\nHost: ${endpoint.host}\r\n\r\n`,
    reading,
  })
  return { owner, connection, startedAt: connection.lastReadAt }
}

const STATUS = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${STATUS}Transfer-Encoding: chunked\r\n\r\n`
const UNTIL_CLOSE = `${STATUS}\r\n`
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

test.for([
  ['chunks', CHUNKED + chunk('data: 1\n\ndata: 2\n') + chunk('\ndata: ä\n\n')],
  ['a length', `${STATUS}Content-Length: 36\r\n\r\ndata: 1\n\ndata: 2\n\ndata: ä\n\nignored`],
  ['all until the end', `${UNTIL_CLOSE}data: 1\n\ndata: 2\n\ndata: ä\n\n`],
] as const)('an answer with %s that arrives cut at any byte gives its events', async ([, text]) => {
  const bytes = Buffer.from(text)
  const rests: (() => void)[] = []
  await using server = await RawServer.start((socket, _, requested) => {
    const cut = Number(/^GET \/(\d+)/.exec(requested)?.[1])
    socket.write(bytes.subarray(0, cut))
    rests.push(() => socket.write(bytes.subarray(cut)))
  })
  const cuts = Array.from({ length: bytes.length }, (_, index) => index + 1)
  const clients = await Promise.all(cuts.map(async (cut) => request(server.url, `/${cut}`)))
  await eventually(() => {
    for (const { connection, startedAt } of clients) {
      expect(connection.lastReadAt).toBeGreaterThan(startedAt)
    }
  })
  for (const sendRest of rests) sendRest()

  for (const { owner } of clients) {
    await eventually(() => expect(owner.texts).toEqual(['1', '2', 'ä']))
  }
})

test.for([
  ['nothing', '', 'the connection ended before an answer'],
  ['half a head', 'HTTP/1.1 200 OK\r\nA', 'the connection ended before an answer'],
  ['half a chunk', `${CHUNKED}9\r\ndata:`, 'the connection ended within the body'],
  ['no last chunk', CHUNKED + chunk('data: 1\n\n'), 'the connection ended within the body'],
  ['a last chunk', `${CHUNKED}0\r\n\r\n`, 'the server ended the stream'],
  ['less than its length', `${STATUS}Content-Length: 9\r\n\r\nda`, 'ended within the body'],
  ['its length', `${STATUS}Content-Length: 1\r\n\r\nx`, 'the server ended the stream'],
  ['an empty body', `${STATUS}Content-Length: 0\r\n\r\n`, 'the server ended the stream'],
  ['no length', `${UNTIL_CLOSE}data`, 'the server ended the stream'],
  ['no HTTP', 'hello\r\n\r\n', 'expected an answer in HTTP/1.1, got "hello"'],
  ['bad chunks', `${CHUNKED}zz`, 'expected the size of a chunk'],
] as const)('an answer with %s ends once, with its reason', async ([, text, reason]) => {
  await using server = await RawServer.start((socket) => socket.end(text))
  const { owner } = await request(server.url)
  await eventually(() => expect(owner.ends).toHaveLength(1))
  await eventually(() => expect(server.sockets).toEqual([]))
  expect(owner.ends).toEqual([expect.stringContaining(reason)])
})

test('a line that is too long for the decoder ends the connection', async () => {
  await using server = await RawServer.start((socket) => {
    socket.write(`${UNTIL_CLOSE}data:${'a'.repeat(5 * 1024 * 1024)}`)
  })
  const { owner } = await request(server.url)
  await eventually(() => {
    expect(owner.ends).toEqual([expect.stringContaining('expected lines of at most')])
  })
})

test('after its close a connection tells nothing', async () => {
  await using server = await RawServer.start((socket) => socket.write(`${UNTIL_CLOSE}data: 1\n\n`))
  const { owner, connection } = await request(server.url)
  await eventually(() => expect(owner.texts).toEqual(['1']))
  connection.close()
  await eventually(() => expect(server.sockets).toEqual([]))
  expect(owner.ends).toEqual([])
})

const longEvent = (number: number) => `data: ${String(number).repeat(1_000)}\n\n`

test('connections share the buffer for their reads, and none sees bytes of another', async () => {
  await using server = await RawServer.start((socket, number) => {
    const pieces = (UNTIL_CLOSE + longEvent(number).repeat(50)).match(/[^]{1,97}/g) ?? []
    const send = () => {
      const piece = pieces.shift()
      if (piece === undefined) return
      socket.write(piece)
      setImmediate(send)
    }
    send()
  })
  const clients = await Promise.all(Array.from({ length: 9 }, async () => request(server.url)))
  for (const { owner } of clients) await eventually(() => expect(owner.texts).toHaveLength(50))
  const contents = clients.map(({ owner }) => [...new Set(owner.texts)].join())
  expect(contents.toSorted()).toEqual(Array.from({ length: 9 }, (_, n) => String(n).repeat(1_000)))
})

const FLOOD = Buffer.alloc(32 * 1024 * 1024, `:${'a'.repeat(1_022)}\n`)

test('one that never reads leaves the server with what it sends', async () => {
  await using server = await RawServer.start((socket) => {
    socket.write(UNTIL_CLOSE)
    socket.write(FLOOD)
  })
  const { owner, connection } = await request(server.url, '/', { kind: 'never' })
  await eventually(() => expect(owner.head).toBeDefined())
  connection.startPace()
  const { bytes } = owner
  const reader = await request(server.url)
  await eventually(() => expect(reader.owner.bytes).toBe(FLOOD.length))

  expect(connection.isPaused).toBe(true)
  expect(owner.bytes).toBe(bytes)
  expect(server.sockets[0]?.writableLength).toBeGreaterThan(0)
})

test.for([{ kind: 'never' }, { kind: 'slow', bytesPerSecond: 1_024 }] as const)(
  'one that reads as $kind takes all once it reads at once',
  async (reading) => {
    await using server = await RawServer.start((socket) => {
      socket.write(UNTIL_CLOSE)
      socket.end(FLOOD)
    })
    const { owner, connection } = await request(server.url, '/', reading)
    await eventually(() => expect(owner.head).toBeDefined())
    connection.startPace()
    await eventually(() => expect(connection.isPaused).toBe(true))
    connection.readAtOnce()
    await eventually(() => expect(owner.bytes).toBe(FLOOD.length))
    // Only one that reads sees the end.
    await eventually(() => expect(owner.ends).toEqual(['the server ended the stream']))
  },
)

test('one that reads slowly takes no more than its bytes a second', async () => {
  await using server = await RawServer.start((socket) => socket.write(UNTIL_CLOSE))
  const began = performance.now()
  const { owner, connection } = await request(server.url, '/', {
    kind: 'slow',
    bytesPerSecond: 200_000,
  })
  await eventually(() => expect(owner.head).toBeDefined())
  connection.startPace()
  server.sockets[0]?.write(FLOOD)
  await eventually(() => expect(owner.bytes).toBeGreaterThan(100_000))

  const seconds = (performance.now() - began) / 1_000
  // One read may be ahead of its time.
  expect(owner.bytes).toBeLessThanOrEqual(seconds * 200_000 + 4_096)
})

test('over TLS it checks the certificate, and speaks HTTP/1.1', async () => {
  const authority = await ClientAuthority.create()
  const server = createServer(
    { ...(await authority.issue('localhost', 'serverAuth')), ALPNProtocols: ['h2', 'http/1.1'] },
    (incoming, response) => {
      response.write(`data: ${incoming.httpVersion} ${incoming.headers.host}\n\n`)
    },
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const url = `https://localhost:${port}`
  const trusted = getCACertificates()
  try {
    const refused = await request(url)
    await eventually(() => {
      expect(refused.owner.ends).toEqual([expect.stringContaining('certificate')])
    })
    setDefaultCACertificates([authority.certificate])
    const { owner } = await request(url)
    await eventually(() => expect(owner.texts).toEqual([`1.1 localhost:${port}`]))
  } finally {
    setDefaultCACertificates(trusted)
    server.close()
    server.closeAllConnections()
  }
})

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseRequestHead } from './request-head.ts'

/** `node:http` itself, with the settings of the service; it answers and closes each connection. */
const judge = createServer({ requireHostHeader: false }, (request, response) => {
  seen.push(request)
  response.setHeader('Connection', 'close')
  response.end()
})
let seen: IncomingMessage[] = []

beforeAll(async () => {
  judge.listen(0, '127.0.0.1')
  await once(judge, 'listening')
})

afterAll(() => {
  judge.close()
})

/** The requests that `node:http` finds in the bytes. */
async function judged(bytes: Buffer): Promise<readonly IncomingMessage[]> {
  seen = []
  const { port } = judge.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  socket.resume()
  socket.end(bytes)
  await once(socket, 'close')
  return seen
}

const NAMES = ['Accept', 'x-a', 'LAST-EVENT-ID', 'Cookie', 'prefer', '__proto__', 'constructor']
const BLANK = fc.constantFrom('', ' ', '\t', ' \t ')
const VALUE = fc.string({
  unit: fc.constantFrom('a', ' ', ',', ':', '"', '\u00e9', '\u00a0'),
  maxLength: 6,
})

const plainField = fc
  .tuple(fc.constantFrom(...NAMES), fc.constant(':'), BLANK, VALUE, BLANK, fc.constant('\r\n'))
  .map((parts) => parts.join(''))

const oddField = fc
  .tuple(
    fc.constantFrom('Content-Length', 'Expect', 'Upgrade', 'a b', 'bad(', '', 'Host', 'x-a'),
    fc.constantFrom(':', ':', ' :', ''),
    fc.oneof(
      fc.constantFrom('0', '\u0000', 'x\ry', '100-continue', 'h'),
      fc.string({ unit: 'binary-ascii', maxLength: 5 }),
    ),
    fc.constantFrom('\r\n', '\r\n', '\n', '\r\n folded\r\n'),
  )
  .map((parts) => parts.join(''))

/** One of several texts, of which the first is by far the likeliest. */
function mostly(usual: string, ...others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )
}

const head = fc
  .tuple(
    mostly('GET ', 'POST ', 'get ', 'GET  '),
    fc.constantFrom('/stream/a', '/stream?channel=a', '/stream/%61', '/#', '/a"b'),
    mostly(' HTTP/1.1\r\n', ' HTTP/1.0\r\n', ' HTTP/1.1\n', '\r\n', ' x HTTP/1.1\r\n'),
    mostly('Host: h\r\n', 'host:h\r\nHost: h\r\n', ''),
    fc
      .array(fc.oneof({ weight: 8, arbitrary: plainField }, { weight: 1, arbitrary: oddField }), {
        maxLength: 4,
      })
      .map((lines) => lines.join('')),
    mostly('\r\n', '', '\n', 'X-', '\r\nGET / HTTP/1.1\r\n\r\n', '\r\nbody'),
  )
  .map((parts) => parts.join(''))

test('a head that is parsed is one that node:http parses to the same', async () => {
  let parsedCount = 0
  await fc.assert(
    fc.asyncProperty(head, async (text) => {
      const bytes = Buffer.from(text, 'latin1')
      const parsed = parseRequestHead(bytes)
      if (parsed === undefined) return
      parsedCount++
      const [request, ...others] = await judged(bytes)
      expect(others).toEqual([])
      expect({ method: request?.method, version: request?.httpVersion }).toEqual({
        method: 'GET',
        version: '1.1',
      })
      expect(parsed.target).toBe(request?.url)
      expect({ ...parsed.headers }).toEqual({ ...request?.headers })
    }),
    { numRuns: 3_000 },
  )
  expect(parsedCount).toBeGreaterThan(500)
})

test('the requests of browsers, curl and ingress-nginx are parsed', () => {
  const lines = [
    'GET /stream/orders?last=5 HTTP/1.1',
    'Host: example.org',
    'X-Request-ID: 5c1',
    'X-Forwarded-For: 192.0.2.1, 192.0.2.2',
    'User-Agent: curl/8',
    'Accept: text/event-stream',
    'Last-Event-ID: AbCdEfGh-7',
  ]
  const parsed = parseRequestHead(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`))
  expect(parsed?.target).toBe('/stream/orders?last=5')
  expect(parsed?.headers['last-event-id']).toBe('AbCdEfGh-7')
})

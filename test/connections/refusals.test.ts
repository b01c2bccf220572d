import { expect, test } from 'vitest'
import { problemDocument } from '../../src/schema/problem.ts'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import {
  exchange,
  formatRequest,
  parseResponse,
  type RawResponse,
} from '../support/clients/raw-response.ts'
import { startTestService } from '../support/service.ts'

const HASTE = { 'header-timeout': '100ms', 'body-timeout': '100ms' }
const PUBLISH = { method: 'POST', headers: ['Content-Type: text/plain', 'Content-Length: 100'] }
const CHUNKED = {
  method: 'POST',
  headers: ['Content-Type: text/plain', 'Transfer-Encoding: chunked'],
}

test.each<[name: string, status: number, text: string]>([
  ['slow headers', 408, 'GET / HTTP/1.1\r\nHost: localhost\r\nslow'],
  ['a slow body', 408, formatRequest('/publish/news', { ...PUBLISH, body: 'slow' })],
  ['large headers', 431, `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['a long target', 431, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`],
  ['no Host', 400, 'GET /health/live HTTP/1.1\r\n\r\n'],
  ['no Host for a stream', 400, 'GET /stream/news HTTP/1.1\r\n\r\n'],
  ['no request at all', 400, 'no request\r\n\r\n'],
  ['the preface of HTTP/2', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a TLS handshake', 400, '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc'],
  ['a header without a colon', 400, 'GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n'],
  ['a broken chunk', 400, formatRequest('/publish/news', { ...CHUNKED, body: 'no chunk\r\n' })],
])('%s: refused with a problem document, status %i', async (_name, status, text) => {
  await using service = await startTestService(HASTE)

  expect(problemIn(await exchange(service.url, text))).toBe(status)
})

test('headers that arrive too slowly are refused', async () => {
  await using service = await startTestService(HASTE)
  await using connection = await RawConnection.open(service.url)

  connection.send('GET / HTTP/1.1\r\n')
  const drops = setInterval(() => {
    connection.send('X: y\r\n')
  }, 20)
  const text = await connection.untilEnd()
  clearInterval(drops)

  expect(problemIn(parseResponse(text))).toBe(408)
})

test('a refusal arrives although the client keeps sending before it reads', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  const headers = ['Content-Type: text/plain', 'Content-Length: 10000000']

  connection.pause()
  connection.send(formatRequest('/publish/news', { method: 'POST', headers }))
  for (let part = 0; part < 5; part++) {
    // The service has read the earlier bytes once this is answered.
    await (await fetch(`${service.url}/health/live`)).text()
    connection.send('x'.repeat(1_000))
  }
  connection.resume()

  expect(problemIn(parseResponse(await connection.untilEnd()))).toBe(413)
})

test('a refusal arrives at a client that sends megabytes after it, and reads only then', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  const body = 'x'.repeat(8 * 1024 ** 2)
  const headers = ['Content-Type: text/plain', `Content-Length: ${body.length}`]

  connection.pause()
  connection.send(formatRequest('/publish/news', { method: 'POST', headers }))
  // The service has answered the refused request once this one is answered.
  await (await fetch(`${service.url}/health/live`)).text()
  connection.send(body)
  await eventually(() => expect(connection.unsentBytes).toBe(0))
  connection.resume()

  expect(problemIn(parseResponse(await connection.untilEnd()))).toBe(413)
})

/** The status of an answer that is a problem document, and the last one of its connection. */
function problemIn({ status, headers, body }: RawResponse): number {
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  })
  expect(problemDocument.parse(JSON.parse(body)).status).toBe(status)
  return status
}

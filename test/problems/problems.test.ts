import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemDocument } from '../../src/schema/problem.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { exchange, formatRequest, parseResponse } from '../support/clients/raw-response.ts'
import { poll, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

/** Sends bytes, and reads the answer as a problem document of the same status. */
async function readRawProblem(request: string): Promise<{ status: number; detail: string }> {
  const { status, headers, body } = await exchange(service.url, request)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(body))
  const problem = problemDocument.parse(JSON.parse(body))
  expect(problem.status).toBe(status)
  return problem
}

test.for([
  '/favicon.ico',
  '/stream/',
  '/stream/a/',
  '/stream/a/b',
  '//stream/a',
  '/Stream/a',
  '/STREAM',
  '/streams',
  '/poll/a/b',
  '/publish',
  '/publish/',
  '/publish/a/b',
  '/health',
  '/health/',
  '/health/live/',
  '/v1/stream/a',
  '/%73tream/a',
  '/stream%2Fa',
  '/../stream/a',
  '/./health/live',
  '/health/../stream/a',
])('nothing is at %s', async (path) => {
  for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
    const headers = ['Content-Length: 0']
    const { status } = await readRawProblem(formatRequest(path, { method, headers }))
    expect([method, status]).toEqual([method, 404])
  }
})

test.for([
  ['/publish/a', ['GET', 'PUT', 'PATCH', 'DELETE', 'TRACE'], 'POST, OPTIONS'],
  ['/stream/a', ['POST', 'PUT', 'DELETE', 'QUERY', 'PROPFIND'], 'HEAD, GET, OPTIONS'],
  ['/poll', ['POST', 'PATCH', 'MOVE'], 'HEAD, GET, OPTIONS'],
  ['/health/live', ['POST', 'PUT', 'DELETE'], 'HEAD, GET, OPTIONS'],
  ['/health/stream-capacity', ['POST', 'LINK'], 'HEAD, GET, OPTIONS'],
  ['/', ['POST', 'DELETE'], 'HEAD, GET, OPTIONS'],
] as const)('%s knows none of %s', async ([path, methods, allow]) => {
  for (const method of methods) {
    const request = formatRequest(path, { method, headers: ['Content-Length: 0'] })
    const { headers } = await exchange(service.url, request)
    const { status } = await readRawProblem(request)
    expect([method, status, headers.get('allow')]).toEqual([method, 405, allow])
  }
})

test('HEAD gets the head of an error alone', async () => {
  for (const [path, expected] of [
    ['/publish/a', 405],
    ['/nowhere', 404],
    ['/poll/%00', 400],
  ] as const) {
    const request = formatRequest(path, { method: 'HEAD' })
    const { status, headers, body } = await exchange(service.url, request)
    expect([status, body]).toEqual([expected, ''])
    expect(headers.get('content-type')).toBe('application/problem+json')
  }
})

test('an error is stored by nobody', async () => {
  for (const target of ['/nowhere', '/stream/a?from=x', '/poll/a?wait=x', '/publish/a']) {
    const { headers } = await exchange(service.url, formatRequest(target))
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

test.for([
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['a TLS greeting', '\x16\x03\x01\x00\xa5\x01\x00'],
  ['a method that does not exist', formatRequest('/poll/a', { method: 'FOO' })],
  ['a header without a name', formatRequest('/poll/a', { headers: [': x'] })],
  ['a header with a control character', formatRequest('/poll/a', { headers: ['X: a\0b'] })],
  ['a folded header', formatRequest('/poll/a', { headers: ['X: a', ' b'] })],
  ['a space before the colon', formatRequest('/poll/a', { headers: ['X : a'] })],
  ['a space in the target', formatRequest('/poll/a b')],
  ['another version', 'GET /poll/a HTTP/3.0\r\nHost: localhost\r\n\r\n'],
  [
    'two lengths',
    formatRequest('/publish/a', {
      method: 'POST',
      headers: ['Content-Length: 1', 'Content-Length: 2'],
      body: 'ab',
    }),
  ],
  [
    'a length and chunks',
    formatRequest('/publish/a', {
      method: 'POST',
      headers: ['Content-Length: 1', 'Transfer-Encoding: chunked'],
      body: '0\r\n\r\n',
    }),
  ],
  [
    'chunks that are none',
    formatRequest('/publish/a', {
      method: 'POST',
      headers: ['Content-Type: text/plain', 'Transfer-Encoding: chunked'],
      body: 'xyz\r\n',
    }),
  ],
  [
    'a transfer coding that nobody knows',
    formatRequest('/publish/a', { method: 'POST', headers: ['Transfer-Encoding: gzip'] }),
  ],
  ['no Host on HTTP/1.1', 'GET /poll/a HTTP/1.1\r\nConnection: close\r\n\r\n'],
] as const)('what is no request is a problem document too: %s', async ([, bytes]) => {
  expect((await readRawProblem(bytes)).status).toBe(400)
})

test('a request whose headers take too long is 408', async () => {
  await using impatient = await startTestService({ 'header-timeout': '50ms' })
  await using connection = await RawConnection.open(impatient.url)
  connection.send('GET /stream/a HTTP/1.1\r\nHost: local')
  const { status, headers, body } = parseResponse(await connection.untilEnd())
  expect([status, headers.get('content-type')]).toEqual([408, 'application/problem+json'])
  expect(problemDocument.parse(JSON.parse(body)).status).toBe(408)
})

test('a connection that asks nothing is closed', async () => {
  await using impatient = await startTestService({ 'header-timeout': '50ms' })
  await using connection = await RawConnection.open(impatient.url)
  expect(await connection.untilEnd()).not.toContain('200')
})

test('a stream goes on when the time for its request is over', async () => {
  await using impatient = await startTestService({ 'header-timeout': '50ms' })
  await using stream = await RawConnection.open(impatient.url)
  stream.send(formatRequest('/stream/a'))
  await stream.until('runnel.open')
  await using silent = await RawConnection.open(impatient.url)
  await silent.untilEnd()
  await publishText(impatient.url, 'a', 'later')
  expect(await stream.until('data: later')).not.toContain('HTTP/1.1 408')
})

test('a malformed request behind a good one does not spoil its answer', async () => {
  await using connection = await RawConnection.open(service.url)
  const headers = ['Connection: keep-alive', 'Content-Type: text/plain', 'Content-Length: 1']
  const good = formatRequest('/publish/a', { method: 'POST', headers, body: 'a' })
  connection.send(`${good}nonsense\r\n\r\n`)
  const text = await connection.untilEnd()
  expect(text).toMatch(/^HTTP\/1.1 200 OK[^]*"ids":\[[^]*HTTP\/1.1 400 /)
})

test('a slow request behind a held poll does not spoil its answer', async () => {
  await using impatient = await startTestService({ 'header-timeout': '50ms' })
  const { cursor } = await poll(impatient.url, '/poll/a')
  await using connection = await RawConnection.open(impatient.url)
  const headers = ['Connection: keep-alive']
  const held = formatRequest(`/poll/a?lastEventId=${cursor}&wait=1`, { headers })
  connection.send(`${held}GET /poll/a HTTP/1.1\r\nHost: local`)
  const text = await connection.untilEnd()
  expect(text).toMatch(/^HTTP\/1.1 200 OK[^]*"events":\[\][^]*HTTP\/1.1 408 /)
})

test('no error tells what is inside', async () => {
  const requests = [
    formatRequest('/stream/%00', {}),
    formatRequest('/poll?channel=%ff', {}),
    formatRequest('/publish/a', {
      method: 'POST',
      headers: ['Content-Type: application/json', 'Content-Length: 8'],
      body: '{"data":',
    }),
  ]
  for (const request of requests) {
    const { status, detail } = await readRawProblem(request)
    expect(status).toBe(400)
    expect(detail).not.toMatch(/node:|\/src\/|\n\s*at |Error/)
  }
})

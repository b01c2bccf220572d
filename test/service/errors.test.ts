import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemDocument } from '../support/contract.ts'
import { RawConnection } from '../support/raw-connection.ts'
import { exchange, formatRequest, parseResponse } from '../support/raw-response.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

/** Sends bytes and checks that the answer is a problem document of the same status. */
async function expectProblem(request: string, expected: number): Promise<string> {
  const { status, headers, body } = await exchange(service.url, request)
  expect([status, body]).toEqual([expected, expect.anything()])
  expect(headers.get('content-type')).toBe('application/problem+json')
  const problem = problemDocument.parse(JSON.parse(body))
  expect(problem.status).toBe(expected)
  expect(Buffer.byteLength(body)).toBe(Number(headers.get('content-length')))
  return problem.detail
}

test.for([
  '/',
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
    await expectProblem(formatRequest(path, { method, headers }), 404)
  }
})

test.for([
  ['/publish/a', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE'], 'POST, OPTIONS'],
  ['/stream/a', ['POST', 'PUT', 'DELETE', 'QUERY', 'PROPFIND'], 'HEAD, GET, OPTIONS'],
  ['/poll', ['POST', 'PATCH', 'MOVE'], 'HEAD, GET, OPTIONS'],
  ['/health/live', ['POST', 'PUT', 'DELETE'], 'HEAD, GET, OPTIONS'],
  ['/health/stream-capacity', ['POST', 'LINK'], 'HEAD, GET, OPTIONS'],
] as const)('%s knows none of %s', async ([path, methods, allow]) => {
  for (const method of methods) {
    const request = formatRequest(path, { method, headers: ['Content-Length: 0'] })
    const { status, headers, body } = await exchange(service.url, request)
    expect([method, status, headers.get('allow')]).toEqual([method, 405, allow])
    expect(headers.get('content-type')).toBe('application/problem+json')
    if (method === 'HEAD') expect(body).toBe('')
    else expect(problemDocument.parse(JSON.parse(body))).toMatchObject({ status: 405 })
  }
})

test('an error is stored by nobody', async () => {
  for (const target of ['/nowhere', '/stream/a?from=x', '/poll/a?wait=x', '/publish/a']) {
    const { headers } = await exchange(service.url, formatRequest(target))
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

test.for([
  ['no HTTP at all', 'hello\r\n\r\n', 400],
  ['a TLS greeting', '\x16\x03\x01\x00\xa5\x01\x00', 400],
  ['a method that does not exist', formatRequest('/poll/a', { method: 'FOO' }), 400],
  ['a header without a name', formatRequest('/poll/a', { headers: [': x'] }), 400],
  ['a header with a control character', formatRequest('/poll/a', { headers: ['X: a\0b'] }), 400],
  ['a folded header', formatRequest('/poll/a', { headers: ['X: a', ' b'] }), 400],
  ['a space before the colon', formatRequest('/poll/a', { headers: ['X : a'] }), 400],
  ['a space in the target', formatRequest('/poll/a b'), 400],
  ['another version', 'GET /poll/a HTTP/3.0\r\nHost: localhost\r\n\r\n', 400],
  [
    'two lengths',
    formatRequest('/publish/a', {
      method: 'POST',
      headers: ['Content-Length: 1', 'Content-Length: 2'],
      body: 'ab',
    }),
    400,
  ],
  [
    'a length and chunks',
    formatRequest('/publish/a', {
      method: 'POST',
      headers: ['Content-Length: 1', 'Transfer-Encoding: chunked'],
      body: '0\r\n\r\n',
    }),
    400,
  ],
  [
    'chunks that are none',
    formatRequest('/publish/a', {
      method: 'POST',
      headers: ['Content-Type: text/plain', 'Transfer-Encoding: chunked'],
      body: 'xyz\r\n',
    }),
    400,
  ],
  [
    'a transfer coding that nobody knows',
    formatRequest('/publish/a', { method: 'POST', headers: ['Transfer-Encoding: gzip'] }),
    400,
  ],
  ['no Host on HTTP/1.1', 'GET /poll/a HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
] as const)('what is no request is a problem document too: %s', async ([, bytes, expected]) => {
  await expectProblem(bytes, expected)
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
  await connection.untilEnd()
})

test('a malformed request behind a good one does not spoil its answer', async () => {
  await using connection = await RawConnection.open(service.url)
  const headers = ['Connection: keep-alive']
  connection.send(`${formatRequest('/health/live', { headers })}nonsense\r\n\r\n`)
  const text = await connection.untilEnd()
  expect(text).toMatch(/^HTTP\/1.1 200 OK[^]*\{"status":"ok"\}/)
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
    expect(await expectProblem(request, 400)).not.toMatch(/node:|\/src\/|\n\s*at |Error/)
  }
})

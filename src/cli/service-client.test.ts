import { expect, test } from 'vitest'
import { endpointOf, failureOf, parseServiceUrl, refusalOf } from './service-client.ts'

test.for([
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/stream'],
  ['http://[::1]:8080/', 'http://[::1]:8080/stream'],
  ['https://events.example/prefix/', 'https://events.example/prefix/stream'],
] as const)('%s keeps its path', ([written, expected]) => {
  expect(endpointOf(parseServiceUrl(written), '/stream').href).toBe(expected)
})

test.for(['', 'events.example', 'http://a:b@c.example', 'http://a.example/?b', 'ws://a.example'])(
  '%j is no address of a service',
  (written) => {
    expect(() => parseServiceUrl(written)).toThrow(/^--url: expected an address such as/)
  },
)

test.for([
  [503, true],
  [500, true],
  [429, true],
  [408, true],
  [507, false],
  [501, false],
  [404, false],
] as const)('status %d may pass: %s', async ([status, isPassing]) => {
  expect(await refusalOf(new Response('', { status }))).toMatchObject({ isPassing })
})

test('a full log that says when to come back may pass', async () => {
  const answer = new Response('', { status: 507, headers: { 'Retry-After': '5' } })
  expect(await refusalOf(answer)).toMatchObject({ isPassing: true, retryAfter: 5_000 })
})

test('a refusal names its detail and the time to wait', async () => {
  const headers = { 'Retry-After': '3' }
  const problem = new Response(String.raw`{"detail":"too\u001b many"}`, { status: 503, headers })

  expect(await refusalOf(problem)).toMatchObject({
    message: 'too\\u001b many (status 503)',
    retryAfter: 3_000,
  })
  // Another server than ours.
  expect(await refusalOf(new Response('<html>', { status: 404, statusText: 'Not Found' }))).toEqual(
    expect.objectContaining({
      message: 'expected an answer of a Runnel service, got Not Found (status 404)',
      retryAfter: 0,
    }),
  )
})

test('a failure says what is at the end of its chain of causes', () => {
  const refused = new AggregateError([new Error('refused at ::1'), new Error('refused at 1.2.3.4')])
  const error = new TypeError('fetch failed', { cause: refused })

  expect(failureOf(error, new URL('http://a.example:8080/stream')).message).toBe(
    'connection to http://a.example:8080 failed: refused at ::1',
  )
})

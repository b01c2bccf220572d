import { expect, test } from 'vitest'
import { failureOf, refusalOf } from './service-error.ts'

test.for([
  [503, true],
  [500, true],
  [429, true],
  [408, true],
  [507, false],
  [501, false],
  [404, false],
] as const)('status %d may be tried again: %s', async ([status, isRetryable]) => {
  expect(await refusalOf(new Response('', { status }))).toMatchObject({ isRetryable })
})

test('a refusal of a full log is retryable with Retry-After', async () => {
  const answer = new Response('', { status: 507, headers: { 'Retry-After': '5' } })
  expect(await refusalOf(answer)).toMatchObject({ isRetryable: true, retryAfter: 5_000 })
})

test('a refusal has the detail of its problem and the time to wait', async () => {
  const headers = { 'Retry-After': '3' }
  const problem = new Response(String.raw`{"detail":"too\u001b many"}`, { status: 503, headers })

  expect(await refusalOf(problem)).toMatchObject({
    message: 'too\u001b many (status 503)',
    retryAfter: 3_000,
  })
  // An answer of a server that is not Runnel.
  expect(await refusalOf(new Response('<html>', { status: 404, statusText: 'Not Found' }))).toEqual(
    expect.objectContaining({
      message: 'expected an answer of a Runnel service, got Not Found (status 404)',
      retryAfter: 0,
    }),
  )
})

test('the message of a failure is that of its innermost cause', () => {
  const refused = new AggregateError([new Error('refused at ::1'), new Error('refused at 1.2.3.4')])
  const error = new TypeError('fetch failed', { cause: refused })

  expect(failureOf(error, new URL('http://a.example:8080/stream')).message).toBe(
    'connection to http://a.example:8080 failed: refused at ::1',
  )
})

test('an endless refusal is read no further than the largest problem document', async () => {
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++
      controller.enqueue(new Uint8Array(16 * 1024))
    },
  })

  const refusal = await refusalOf(new Response(endless, { status: 503, statusText: 'Busy' }))

  expect(refusal.message).toBe('expected an answer of a Runnel service, got Busy (status 503)')
  expect(pulled).toBeLessThan(10)
})

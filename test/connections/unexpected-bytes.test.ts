import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { publishText } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

/** Bytes that a client may send after the head of a stream request. */
const ALLOWED = 4 * 1024

test('bytes after the head are dropped up to 4 KiB, one more ends the stream', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/news'))
  await connection.until('runnel.open')

  connection.send('x'.repeat(ALLOWED))
  await publishText(service.url, 'news', 'still here')
  await connection.until('data: still here')

  connection.send('x')
  await connection.untilEnd()
  await eventually(() => {
    expect(service.snapshot()).toMatchObject({ subscribers: 0 })
  })
})

test('any bytes in one packet with the head are dropped', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)

  connection.send(`${formatRequest('/stream/news')}\u0000 no request at all\r\n\r\n`)
  await connection.until('runnel.open')
  await publishText(service.url, 'news', 'still here')

  expect(await connection.until('data: still here')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

test.each([
  { headers: ['Content-Length: 5'], body: 'hello' },
  { headers: ['Content-Length: 5'], body: '' },
  { headers: ['Transfer-Encoding: chunked'], body: '5\r\nhello\r\n0\r\n\r\n' },
  { headers: ['Transfer-Encoding: chunked'], body: 'no chunk' },
])('a stream request with a body is refused: $headers, $body', async ({ headers, body }) => {
  await using service = await startTestService()

  const response = await exchange(service.url, formatRequest('/stream/news', { headers, body }))

  expect(response.status).toBe(400)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(service.snapshot()).toMatchObject({ subscribers: 0 })
})

test('a request that only looks like one for a stream is answered, and ends its connection', async () => {
  await using service = await startTestService()
  const headers = ['Connection: keep-alive']

  const response = await exchange(service.url, formatRequest('/stream/', { headers }))

  expect([response.status, response.headers.get('connection')]).toEqual([404, 'close'])
})

test('a stream request with an empty body is accepted', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)

  connection.send(formatRequest('/stream/news', { headers: ['Content-Length: 0'] }))

  expect(await connection.until('runnel.open')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

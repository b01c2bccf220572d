import { expect, test } from 'vitest'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { publishText } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

test.each([
  [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: eA==',
  ],
  [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
  ],
])('an offer to upgrade is ignored: %s, %s', async (...headers) => {
  await using service = await startTestService()
  await using stream = await RawConnection.open(service.url)
  await using ordinary = await RawConnection.open(service.url)

  stream.send(formatRequest('/stream/news', { headers }))
  ordinary.send(formatRequest('/health/live', { headers }))

  expect(await stream.until('runnel.open')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(await ordinary.until('{"status":"ok"}')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

test('a stream request that expects 100-continue gets its stream', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)

  connection.send(formatRequest('/stream/news', { headers: ['Expect: 100-continue'] }))

  expect(await connection.until('runnel.open')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

test('on HTTP/1.0 a stream is bare blocks, and its body ends with the connection', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  const headers = ['Connection: keep-alive']
  connection.send(formatRequest('/stream/news', { version: '1.0', headers }))
  await connection.until('runnel.open')
  const id = await publishText(service.url, 'news', 'hello')
  await connection.until('data: hello')

  await service.drain.begin()

  const text = await connection.untilEnd()
  expect(text).not.toMatch(/transfer-encoding/i)
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:[^]*\r\n)?Connection: close\r\n/)
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)
  expect(body).toMatch(/^retry: \d+\nid: \S+\nevent: runnel\.open\ndata: [^\n]+\n\n/)
  expect(body).toContain(`}\n\nid: ${id}\ndata: hello\n\nretry: `)
  expect(body).toMatch(/\n\nretry: \d+\nevent: runnel\.drain\ndata: [^\n]+\n\n$/)
})

test('a connection serves several ordinary requests in turn, then a stream', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  const headers = ['Connection: keep-alive']

  for (let count = 1; count <= 3; count++) {
    connection.send(formatRequest('/health/live', { headers }))
    await connection.until(new RegExp(`^(?:[^]*"status":"ok"){${count}}`))
  }
  connection.send(formatRequest('/stream/news', { headers }))
  await connection.until('runnel.open')
  await publishText(service.url, 'news', 'hello')

  expect(await connection.until('data: hello')).toContain('event: runnel.open')
})

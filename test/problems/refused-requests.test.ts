import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { startTestService, type TestService } from '../support/service.ts'

const TEXT = 'Content-Type: text/plain\r\n'

test.for([
  ['a target that is no URL', 'GET http://[x/stream/a HTTP/1.1\r\nHost: localhost\r\n', 400],
  ['a target of another scheme', 'GET ftp://localhost/poll/a HTTP/1.1\r\nHost: localhost\r\n', 400],
  ['two hosts', 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n', 400],
  ['no host', 'GET /health/live HTTP/1.1\r\n', 400],
  ['a tunnel', 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n', 405],
  [
    'a coded transfer',
    `POST /publish/a HTTP/1.1\r\nHost: localhost\r\n${TEXT}Transfer-Encoding: gzip, chunked\r\n`,
    415,
  ],
  [
    'two idempotency keys',
    `POST /publish/a HTTP/1.1\r\nHost: localhost\r\n${TEXT}Content-Length: 0\r\n` +
      'Idempotency-Key: 1\r\nIdempotency-Key: 2\r\n',
    400,
  ],
] as const)('refuses %s with a problem document', async ([, head, status]) => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  connection.send(`${head}\r\n`)

  const text = await connection.until('"about:blank"')
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(text).toContain('application/problem+json')
})

test('a refused tunnel is told the methods that are allowed', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  connection.send('CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  expect(await connection.until('about:blank')).toMatch(/^Allow: GET, HEAD, POST, OPTIONS\r$/m)
})

test('of polls pipelined on one connection, one is held at a time', async () => {
  await using service = await startTestService()
  await using connection = await holdPolls(service, 50)
  await eventually(() => expect(service.snapshot().polls).toBe(1))

  // All of them were parsed long before this answer, in the same packet.
  await fetch(`${service.url}/health/live`)
  expect(service.snapshot().polls).toBe(1)

  await fetch(`${service.url}/publish/a`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain' },
    body: 'x',
  })
  const answers = () => connection.text.split('"data":"x"').length - 1
  await eventually(() => expect(answers()).toBe(50))
  await eventually(() => expect(service.snapshot().polls).toBe(0))
})

async function holdPolls(service: TestService, count: number): Promise<RawConnection> {
  const top = await fetch(`${service.url}/poll/a`)
  const { cursor } = (await top.json()) as { cursor: string }
  const connection = await RawConnection.open(service.url)
  const request = `GET /poll/a?lastEventId=${cursor} HTTP/1.1\r\nHost: localhost\r\n\r\n`
  connection.send(request.repeat(count))
  return connection
}

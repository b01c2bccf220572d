/** Clients that cut their connection while the service still waits for them to read a refusal. */
import { expect, test } from 'vitest'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { startTestService } from '../support/service.ts'

test.each([
  ['a client that sends nothing', '', 408],
  ['a client that sends part of a head', 'GET /stream/a HTTP/1.1\r\nHost: loc', 408],
  ['a client that asks for a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 405],
  ['a client that speaks something else', '\x16\x03\x01\x02\x00', 400],
  ['a client with a foreign host', formatRequest('/stream/a', { headers: ['Host: b'] }), 421],
])('%s is refused, and harms nobody when it cuts its connection', async (_who, bytes, status) => {
  await using service = await startTestService({ 'header-timeout': '50ms' })
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.prependListener('uncaughtException', note)
  await using client = await RawConnection.open(service.url)
  client.send(bytes)
  expect(await client.until(/\r\n\r\n\{.*\}/)).toMatch(`HTTP/1.1 ${status} `)

  client.reset()

  // Answered after the service has seen the cut.
  await (await fetch(`${service.url}/health/live`)).text()
  process.off('uncaughtException', note)
  expect(uncaught).toEqual([])
})

import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/raw-connection.ts'
import { formatRequest } from '../support/raw-response.ts'
import { publishText } from '../support/requests.ts'
import { startTestService } from '../support/service.ts'

test('a stream outlives the timeouts of requests and idle connections', async () => {
  await using service = await startTestService({
    'header-timeout': '200ms',
    'body-timeout': '50ms',
    'keep-alive': '50ms',
    heartbeat: '50ms',
  })
  await using idle = await RawConnection.open(service.url)
  idle.send(formatRequest('/health/live', { headers: ['Connection: keep-alive'] }))
  await idle.until('{"status":"ok"}')
  await using stream = await RawConnection.open(service.url)
  stream.send(formatRequest('/stream/news'))
  await stream.until('runnel.open')

  await idle.untilEnd()
  // Node looks for late requests as often as headers may take.
  await stream.until(/(?:2\r\n:\n\r\n){30}/)
  await publishText(service.url, 'news', 'still here')

  expect(await stream.until('data: still here')).not.toContain('HTTP/1.1 408')
})

test('a service stops although connections are idle or stand in the middle of a request', async () => {
  await using service = await startTestService()
  await using idle = await RawConnection.open(service.url)
  await using silent = await RawConnection.open(service.url)
  await using half = await RawConnection.open(service.url)
  await using sending = await RawConnection.open(service.url)
  await using stream = await RawConnection.open(service.url)
  idle.send(formatRequest('/health/live', { headers: ['Connection: keep-alive'] }))
  await idle.until('{"status":"ok"}')
  half.send('GET / HTTP/1.1\r\nHost: loc')
  const headers = ['Content-Type: text/plain', 'Content-Length: 9', 'Expect: 100-continue']
  sending.send(`${formatRequest('/publish/news', { method: 'POST', headers })}half`)
  await sending.until('100 Continue')
  stream.send(formatRequest('/stream/news'))
  await stream.until('runnel.open')

  await service.drain.begin()
  await service.stop()

  for (const connection of [idle, silent, half, sending, stream]) await connection.untilEnd()
  await eventually(async () => {
    await expect(RawConnection.open(service.url)).rejects.toThrow('ECONNREFUSED')
  })
})

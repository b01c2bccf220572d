import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { publishText } from '../support/clients/requests.ts'
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

const LONG_HEADERS = { 'header-timeout': '10m', 'body-timeout': '300ms' }
const PUBLISH = ['Content-Type: text/plain', 'Content-Length: 5']

test.for([
  ['that stops', ['Content-Length: 5'], 'ab', ['408']],
  ['that never begins', ['Content-Length: 5'], '', ['408']],
  ['in chunks', ['Transfer-Encoding: chunked'], '2\r\nab\r\n', ['408']],
  ['that was invited', ['Content-Length: 5', 'Expect: 100-continue'], '', ['100', '408']],
] as const)(
  'a body %s has its own time, not that of the headers',
  async ([, length, body, statuses]) => {
    await using service = await startTestService(LONG_HEADERS)
    await using connection = await RawConnection.open(service.url)
    const headers = ['Content-Type: text/plain', 'Connection: keep-alive', ...length]
    connection.send(formatRequest('/publish/news', { method: 'POST', headers, body }))

    const answers = (await connection.untilEnd()).match(/(?<=HTTP\/1\.1 )\d+/g)
    expect(answers).toEqual(statuses)
  },
)

test('headers that take longer than a body may leave it all its time', async () => {
  await using service = await startTestService(LONG_HEADERS)
  await using connection = await RawConnection.open(service.url)
  const request = formatRequest('/publish/news', {
    method: 'POST',
    headers: PUBLISH,
    body: 'whole',
  })
  connection.send(request.slice(0, 40))
  await using other = await RawConnection.open(service.url)
  other.send(formatRequest('/publish/news', { method: 'POST', headers: PUBLISH }))
  expect(await other.untilEnd()).toContain('HTTP/1.1 408')

  connection.send(request.slice(40))

  expect(await connection.until('"ids"')).toContain('HTTP/1.1 200')
})

test('a request that is answered before its body has come gets no second answer', async () => {
  await using service = await startTestService(LONG_HEADERS)
  await using connection = await RawConnection.open(service.url)
  const headers = ['Connection: keep-alive', 'Content-Length: 5']
  connection.send(formatRequest('/nowhere', { method: 'POST', headers, body: 'ab' }))

  expect((await connection.untilEnd()).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404'])
})

test('a service stops although connections are idle or in the middle of a request', async () => {
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

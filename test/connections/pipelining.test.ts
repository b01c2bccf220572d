import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest, parseResponse } from '../support/clients/raw-response.ts'
import { poll, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

const KEEP = ['Connection: keep-alive']

test('requests pipelined before a stream request are answered first, a held poll included', async () => {
  await using service = await startTestService()
  await using connection = await pipeline(service)

  await publishText(service.url, 'queue', 'one')
  await connection.until('runnel.open')
  await publishText(service.url, 'queue', 'two')
  const text = await connection.until('data: two')

  expect(statuses(text)).toEqual(['200', '200', '200'])
  expect(text).toMatch(
    /\{"status":"ok"\}HTTP[^]*"data":"one"[^]*\}HTTP[^]*event-stream[^]*data: two/,
  )
  expect(text).not.toContain('data: one')
})

test('a stream behind a large answer that is read late begins after all of it', async () => {
  // More than the kernel takes.
  const data = 'x'.repeat(12 * 1024 ** 2)
  await using service = await startTestService({
    'body-limit': '16MiB',
    'max-event': '16MiB',
    'history-bytes': '32MiB',
  })
  await publishText(service.url, 'large', data)
  await using connection = await RawConnection.open(service.url)
  connection.pause()
  connection.send(
    formatRequest('/poll/large?from=earliest', { headers: KEEP }) + formatRequest('/stream/queue'),
  )
  await eventually(() => {
    expect(service.snapshot()).toMatchObject({ polls: 1 })
  })
  connection.resume()

  await eventually(() => {
    expect(connection.bytes.includes('runnel.open')).toBe(true)
  })
  const { body, ...first } = parseResponse(connection.text)
  const length = Number(first.headers.get('content-length'))
  expect(length).toBeGreaterThan(data.length)
  expect(JSON.parse(body.slice(0, length))).toMatchObject({ events: [{ data }] })
  expect(body.slice(length)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

test('requests behind a stream request are neither answered nor carried out', async () => {
  await using service = await startTestService()
  const tails = [
    formatRequest('/publish/victim', {
      method: 'POST',
      headers: [...KEEP, 'Content-Type: text/plain', 'Content-Length: 1'],
      body: 'x',
    }),
    formatRequest('/stream/other', { headers: KEEP }),
    formatRequest('/health/live', { headers: ['Expect: nothing'] }),
  ]
  // Parsed while the stream waits for its turn; in the packet of a stream that need not wait; and after.
  await using waiting = await pipeline(service, tails.join(''))
  await using atOnce = await RawConnection.open(service.url)
  atOnce.send(formatRequest('/stream/queue') + tails.join(''))
  await atOnce.until('runnel.open')
  atOnce.send(tails.join(''))

  await publishText(service.url, 'queue', 'one')
  await waiting.until('runnel.open')
  await publishText(service.url, 'queue', 'two')

  expect(statuses(await waiting.until('data: two'))).toEqual(['200', '200', '200'])
  expect(statuses(await atOnce.until('data: two'))).toEqual(['200'])
  expect(await poll(service.url, '/poll/victim?from=earliest')).toMatchObject({ events: [] })
  expect(service.snapshot()).toMatchObject({ subscribers: 2 })
})

const CONNECT = 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'

test('a CONNECT is answered after the requests before it', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/poll/queue?wait=1', { headers: KEEP }) + CONNECT)
  expect(statuses(await connection.untilEnd())).toEqual(['200', '405'])
})

test('a CONNECT behind a stream request is not answered', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/queue', { headers: KEEP }) + CONNECT)
  await connection.until('runnel.open')

  await publishText(service.url, 'queue', 'one')

  expect(statuses(await connection.until('data: one'))).toEqual(['200'])
})

test('a stream request whose target is a whole URL owns its connection, too', async () => {
  await using service = await startTestService()
  const publish = formatRequest('/publish/victim', {
    method: 'POST',
    headers: [...KEEP, 'Content-Type: text/plain', 'Content-Length: 1'],
    body: 'x',
  })
  const cursor = (await poll(service.url, '/poll/queue')).cursor
  await using connection = await RawConnection.open(service.url)
  const held = formatRequest(`/poll/queue?lastEventId=${cursor}`, { headers: KEEP })
  connection.send(
    held + formatRequest('HTTP://localhost/stream/queue', { headers: KEEP }) + publish,
  )
  await eventually(() => {
    expect(service.snapshot()).toMatchObject({ polls: 1 })
  })

  await publishText(service.url, 'queue', 'one')
  await connection.until('runnel.open')

  expect(await poll(service.url, '/poll/victim?from=earliest')).toMatchObject({ events: [] })
})

test.each(['end', 'reset'] as const)(
  'a client that leaves (%s) while its stream waits behind a poll gives its slot back',
  async (way) => {
    await using service = await startTestService()
    const connection = await pipeline(service)

    if (way === 'reset') connection.reset()
    else await connection[Symbol.asyncDispose]()

    await eventually(() => {
      expect(service.snapshot()).toMatchObject({ polls: 0, subscribers: 0 })
    })
  },
)

test('a stream that waited behind a poll when the drain began is drained', async () => {
  await using service = await startTestService()
  await using connection = await pipeline(service)

  await service.drain.begin()

  const text = await connection.untilEnd()
  expect(statuses(text)).toEqual(['200', '200', '200'])
  expect(text).toMatch(/retry: \d+\n[^]*event: runnel\.drain\n[^]*\n\n\r\n0\r\n\r\n$/)
  expect(service.snapshot()).toMatchObject({ polls: 0, subscribers: 0 })
})

/** Sends a health request, a poll that is held, a stream request, and `more`; returns once they wait. */
async function pipeline(service: TestService, more = ''): Promise<RawConnection> {
  const { cursor } = await poll(service.url, '/poll/queue')
  const connection = await RawConnection.open(service.url)
  const requests = ['/health/live', `/poll/queue?lastEventId=${cursor}`, '/stream/queue']
  connection.send(
    requests.map((target) => formatRequest(target, { headers: KEEP })).join('') + more,
  )
  await connection.until('{"status":"ok"}')
  await eventually(() => {
    expect(service.snapshot()).toMatchObject({ polls: 1 })
  })
  return connection
}

function statuses(text: string): string[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status = '']) => status)
}

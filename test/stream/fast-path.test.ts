/** Streams open past `node:http` where their request is plain: nothing that a client sees may tell the two ways apart. */
import { expect, test } from 'vitest'
import { formatRequest, parseResponse } from '../support/clients/raw-response.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { publishText } from '../support/clients/requests.ts'
import { HttpService } from '../support/http-service.ts'
import { startTestService } from '../support/service.ts'

/** A field that is there twice is for `node:http` to judge. */
const TWICE = ['X-Twice: 1', 'X-Twice: 2']

/** Head and first blocks of a stream, without what differs from stream to stream. */
async function opened(url: string, target: string, headers: readonly string[], until: string) {
  await using connection = await RawConnection.open(url)
  connection.send(formatRequest(target, { headers }))
  const { head, body } = parseResponse(await connection.until(until))
  return {
    fields: head
      .replace(/Date: .*/, 'Date: …')
      .split('\r\n')
      .toSorted(),
    blocks: body.replaceAll(/"stream":"\w+"|"?retry"?: ?\d+|^[0-9a-f]+\r\n/gm, '…'),
  }
}

test.each([
  ['a first connect', '/stream/a', [], 'runnel.open'],
  ['a replay', '/stream/a?from=earliest', [], 'event 2\n'],
  ['a wish for the newest event', '/stream/a?last=1', [], 'event 2\n'],
  ['several channels', '/stream?channel=b&channel=a&from=earliest', [], 'event 2'],
  ['an envelope', '/stream/a?envelope=1&last=1', [], 'event 2'],
  ['a foreign cursor', '/stream/a', ['Last-Event-ID: 42'], 'runnel.open'],
  ['a cursor in the query', '/stream/a?lastEventId=none', [], 'runnel.open'],
  ['a name that means nothing', '/stream/a?form=latest', [], 'ignored'],
  ['a bad channel', '/stream/a..b%20', [], '\r\n\r\n'],
  ['a bad number', '/stream/a?last=0', [], '\r\n\r\n'],
  ['no channel', '/stream', [], '\r\n\r\n'],
  ['a path that does not exist', '/stream/a/b', [], '\r\n\r\n'],
  ['a foreign host', '/stream/a', ['Host: attacker.example'], '\r\n\r\n'],
  ['a page of another origin', '/stream/a', ['Origin: https://page.example'], 'runnel.open'],
  ['a listed origin', '/stream/a', ['Origin: https://app.example'], 'runnel.open'],
  ['a body', '/stream/a', ['Content-Length: 1'], '\r\n\r\n'],
  ['an expectation', '/stream/a', ['Expect: more'], '\r\n\r\n'],
  ['a wish for a status', '/stream/a', ['Prefer: status'], 'runnel.open'],
])('%s is answered the same on both ways', async (_what, target, headers, until) => {
  await using service = await startTestService({ 'cors-origins': 'https://app.example' })
  for (const number of [1, 2]) await publishText(service.url, 'a', `event ${number}`)

  const fast = await opened(service.url, target, headers, until)
  const slow = await opened(service.url, target, [...headers, ...TWICE], until)

  expect(fast).toEqual(slow)
})

test('a refusal is the same on both ways', async () => {
  await using service = await startTestService({ 'max-streams': '1' })
  await using holder = await RawConnection.open(service.url)
  holder.send(formatRequest('/stream/a'))
  await holder.until('runnel.open')

  const fast = await opened(service.url, '/stream/a?from=earliest', [], '0\r\n\r\n')
  const slow = await opened(service.url, '/stream/a?from=earliest', TWICE, '0\r\n\r\n')

  expect(fast.blocks).toContain('runnel.full')
  expect(fast).toEqual(slow)
})

test('a connection that sends nothing does not keep a service from ending', async () => {
  const service = await startTestService()
  await using silent = await RawConnection.open(service.url)
  await using half = await RawConnection.open(service.url)
  half.send('GET /stream/a HTTP/1.1\r\n')

  await service[Symbol.asyncDispose]()

  expect(await silent.untilEnd()).toBe('')
  expect(await half.untilEnd()).toBe('')
})

test('a head that comes in parts opens a stream', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  connection.send('GET /stream/a HTT')
  // Sent once the service has taken the first part.
  await (await fetch(`${service.url}/health/live`)).text()
  connection.send('P/1.1\r\nHost: localhost\r\n\r\n')
  expect(await connection.until('runnel.open')).toMatch(/^HTTP\/1\.1 200 /)
})

test('a request without a Host opens no stream', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  connection.send('GET /stream/a HTTP/1.1\r\nConnection: close\r\n\r\n')
  expect(await connection.untilEnd()).toMatch(/^HTTP\/1\.1 400 /)
})

test('the head of a stream does not wait for the log', async () => {
  await using service = await HttpService.start()
  const { log } = service.test
  log.answering = 'held'
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a'))

  expect(parseResponse(await connection.until('\r\n\r\n'))).toMatchObject({ status: 200, body: '' })

  log.answering = 'at-once'
  log.release()
  await connection.until('runnel.open')
})

test('a client that ends its connection before it asks for anything gets no answer', async () => {
  await using service = await startTestService()
  await using connection = await RawConnection.open(service.url)
  connection.end()
  expect(await connection.untilEnd()).toBe('')
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { acceptedIds, poll, post, publishText, readProblem } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

test.for([
  'text/plain',
  'Text/Plain',
  'text/plain; charset=utf-8',
  'text/plain;charset="UTF-8"',
  'text/plain; format=flowed; charset=utf-8',
])('a text comes as %s', async (type) => {
  const response = await post(`${service.url}/publish/types`, type, 'a')
  expect(await acceptedIds(response)).toHaveLength(1)
})

test.for([
  'text/html',
  'text/plain; charset=latin1',
  'text/plain; charset=utf-16',
  'application/json; charset=ascii',
  'application/xml',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'multipart/form-data; boundary=x',
  'json',
  '/',
])('a body of %s is 415, naming what is taken', async (type) => {
  const response = await post(`${service.url}/publish/types`, type, 'a')
  const { status, detail } = await readProblem(response)
  expect([status, detail]).toEqual([415, expect.stringContaining('application/json')])
})

test('a body without a type is 415', async () => {
  const request = formatRequest('/publish/types', {
    method: 'POST',
    headers: ['Content-Length: 1'],
    body: 'a',
  })
  expect((await exchange(service.url, request)).status).toBe(415)
})

test('a text without a body is an event with empty data', async () => {
  const request = formatRequest('/publish/bodiless', {
    method: 'POST',
    headers: ['Content-Type: text/plain'],
  })
  expect((await exchange(service.url, request)).status).toBe(200)
  const { events } = await poll(service.url, '/poll/bodiless?from=earliest')
  expect(events.map(({ data }) => data)).toEqual([''])
})

test('a body with any content encoding is 415', async () => {
  const url = `${service.url}/publish/types`
  for (const encoding of ['gzip', 'br', 'deflate', 'zstd', 'identity, gzip', 'x']) {
    const response = await post(url, 'text/plain', 'a', { 'Content-Encoding': encoding })
    const { status, detail } = await readProblem(response)
    expect([status, detail]).toEqual([415, expect.stringContaining('Content-Encoding')])
  }
  await acceptedIds(await post(url, 'text/plain', 'a', { 'Content-Encoding': 'identity' }))
})

test.for([
  ['a stray byte', [0x61, 0xff]],
  ['a cut sequence', [0xe2, 0x82]],
  ['an overlong form', [0xc0, 0xaf]],
  ['an encoded surrogate', [0xed, 0xa0, 0x80]],
  ['a code point too high', [0xf4, 0x90, 0x80, 0x80]],
] as const)('a body with %s is no UTF-8, which is 400', async ([, bytes]) => {
  for (const type of ['text/plain', 'application/json', 'application/x-ndjson']) {
    const response = await post(`${service.url}/publish/utf8`, type, Uint8Array.from(bytes))
    const { status, detail } = await readProblem(response)
    expect([status, detail]).toEqual([400, expect.stringContaining('UTF-8')])
  }
})

const EXPECTING = ['Content-Type: text/plain', 'Content-Length: 1', 'Expect: 100-continue']

test('a body that waits for 100 Continue gets it, and is published', async () => {
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/publish/invited', { method: 'POST', headers: EXPECTING }))
  expect(await connection.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  connection.send('a')
  expect(await connection.untilEnd()).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/)
  expect((await poll(service.url, '/poll/invited?from=earliest')).events).toHaveLength(1)
})

test.for([
  ['of a wrong type', '/publish/a', ['Content-Type: text/html'], 415],
  ['too large', '/publish/a', ['Content-Length: 262145'], 413],
  ['encoded', '/publish/a', ['Content-Encoding: gzip'], 415],
  ['of a foreign page', '/publish/a', ['Origin: https://evil.example'], 403],
  ['for a bad channel', '/publish/a%20b', [], 400],
  ['with a bad name', '/publish/a?event=open', [], 400],
  ['with a key too long', '/publish/a', [`Idempotency-Key: ${'k'.repeat(129)}`], 400],
  ['for no route', '/publish', [], 404],
  ['for another method', '/stream/a', [], 405],
] as const)('a body %s is not invited', async ([, target, replacing, expected]) => {
  const named = new Set(replacing.map((line) => line.split(':', 1)[0]))
  const usual = EXPECTING.filter((line) => !named.has(line.split(':', 1)[0]))
  const request = formatRequest(target, { method: 'POST', headers: [...usual, ...replacing] })
  const { status, head, body } = await exchange(service.url, request)
  expect(status).toBe(expected)
  expect(head).toContain('application/problem+json')
  expect(body).toContain(`"status":${expected}`)
})

test('an HTTP/1.0 client gets no 100 Continue', async () => {
  const parts = { method: 'POST', version: '1.0', headers: EXPECTING, body: 'a' } as const
  const { status } = await exchange(service.url, formatRequest('/publish/old', parts))
  expect(status).toBe(200)
})

test('an unknown expectation is 417', async () => {
  const headers = ['Content-Type: text/plain', 'Content-Length: 1', 'Expect: a-miracle']
  const request = formatRequest('/publish/a', { method: 'POST', headers, body: 'a' })
  const { status, body } = await exchange(service.url, request)
  expect([status, body]).toEqual([417, expect.stringContaining('"status":417')])
})

test('a connection goes on after a refused publish', async () => {
  await using connection = await RawConnection.open(service.url)
  const send = (type: string, last: boolean) => {
    const headers = [`Content-Type: ${type}`, 'Content-Length: 1']
    const stay = last ? [] : ['Connection: keep-alive']
    connection.send(
      formatRequest('/publish/again', {
        method: 'POST',
        headers: [...headers, ...stay],
        body: 'a',
      }),
    )
  }
  send('text/html', false)
  send('text/plain; charset=utf-7', false)
  send('text/plain', true)
  const statuses = [...(await connection.untilEnd()).matchAll(/HTTP\/1.1 (\d+)/g)]
  expect(statuses.map(([, status]) => status)).toEqual(['415', '415', '200'])
})

test('a body cut in the middle publishes nothing', async () => {
  const before = await publishText(service.url, 'cut', 'a')
  for (const headers of [['Content-Length: 2'], ['Transfer-Encoding: chunked']]) {
    await using connection = await RawConnection.open(service.url)
    const type = 'Content-Type: text/plain'
    const body = headers[0]?.startsWith('Content') ? 'a' : '2\r\na'
    connection.send(
      formatRequest('/publish/cut', { method: 'POST', headers: [type, ...headers], body }),
    )
    connection.reset()
  }
  const { cursor } = await poll(service.url, '/poll/cut')
  expect(cursor).toBe(before)
})

test('a body that takes too long is 408', async () => {
  const times = { 'body-timeout': '50ms', 'header-timeout': '50ms' }
  await using impatient = await startTestService(times)
  const headers = ['Content-Type: text/plain', 'Content-Length: 2']
  const request = formatRequest('/publish/a', { method: 'POST', headers, body: 'a' })
  const { status, head, body } = await exchange(impatient.url, request)
  expect([status, body]).toEqual([408, expect.stringContaining('"status":408')])
  expect(head).toContain('application/problem+json')
  await eventually(() => expect(impatient.snapshot().subscribers).toBe(0))
})

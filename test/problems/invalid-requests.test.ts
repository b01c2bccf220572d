import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { readProblem } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

const MANY = (count: number) =>
  Array.from({ length: count }, (_, index) => `channel=c${index}`).join('&')

const QUERIES = [
  ['from=', 'from='],
  ['from=first', 'from='],
  ['from=EARLIEST', 'from='],
  ['from=latest&from=latest', 'from='],
  ['from=earliest&last=1', 'last='],
  ['last=', 'last='],
  ['last=0', 'last='],
  ['last=-1', 'last='],
  ['last=1.5', 'last='],
  ['last=1e3', 'last='],
  ['last=0x10', 'last='],
  ['last=100001', 'last='],
  ['last=99999999999999999999', 'last='],
  ['last=1&last=1', 'last='],
  ['channel=b', 'channel='],
] as const

const STREAM_QUERIES = [
  ['envelope=2', 'envelope='],
  ['envelope=true', 'envelope='],
  ['ping=', 'ping='],
  ['ping=1&ping=1', 'ping='],
] as const

const POLL_QUERIES = [
  ['wait=', 'wait='],
  ['wait=-1', 'wait='],
  ['wait=56', 'wait='],
  ['wait=25.5', 'wait='],
  ['wait=25,30', 'wait='],
  ['wait=abc', 'wait='],
  ['wait=1000000000', 'wait='],
  ['limit=0', 'limit='],
  ['limit=1001', 'limit='],
  ['limit=-5', 'limit='],
  ['limit=1&limit=2', 'limit='],
] as const

const CASES = [
  ...[...QUERIES, ...STREAM_QUERIES].map(
    ([query, named]) => [`/stream/a?${query}`, named] as const,
  ),
  ...[...QUERIES, ...POLL_QUERIES].map(([query, named]) => [`/poll/a?${query}`, named] as const),
]

test.for(CASES)('%s is 400, naming %s', async ([target, named]) => {
  const { status, detail } = await readProblem(await fetch(service.url + target))
  expect([status, detail]).toEqual([400, expect.stringContaining(named)])
})

test.for(['stream', 'poll'])('%s needs 1 to 16 channels', async (route) => {
  for (const query of ['', '?from=earliest', `?${MANY(17)}`]) {
    const { status, detail } = await readProblem(await fetch(`${service.url}/${route}${query}`))
    expect([status, detail]).toEqual([400, expect.stringContaining('channel')])
  }
  const request = formatRequest(`/${route}?${MANY(16)}&channel=c7`, { method: 'HEAD' })
  expect((await exchange(service.url, request)).status).toBe(200)
})

const BAD_NAMES = [
  '.',
  '..',
  '%2e',
  '%2E%2e',
  '*',
  'a*',
  'a?b'.replace('?', '%3F'),
  '%5Ba%5D',
  '%7Bb%7D',
  'a%20b',
  'a%2Fb',
  'a%5Cb',
  'a%00',
  'a%0Ab',
  'a%0D%0Ab',
  'a+b',
  'a,b',
  '%C3%A9',
  '%F0%9F%9A%80',
  '%E2%80%8F',
  '%E0%A4%A',
  '%',
  'x'.repeat(129),
  'x'.repeat(8_192),
]

test.for(BAD_NAMES.map((name) => [name.slice(0, 20), name] as const))(
  'a channel name is refused: %s',
  async ([, name]) => {
    const requests = [
      formatRequest(`/stream/${name}`),
      formatRequest(`/poll/${name}`),
      formatRequest(`/publish/${name}`, {
        method: 'POST',
        headers: ['Content-Type: text/plain', 'Content-Length: 1'],
        body: 'a',
      }),
      formatRequest(`/stream?channel=a&channel=${name.replace('+', '%2B')}`),
      formatRequest(`/poll?channel=${name.replace('+', '%2B')}`),
    ]
    for (const request of requests) {
      const { status, head, body } = await exchange(service.url, request)
      expect([request.slice(0, 40), status]).toEqual([expect.anything(), 400])
      expect(head).toContain('application/problem+json')
      expect(body).toContain('channel name')
    }
  },
)

test.for(['a', 'A-Z_0.9~x:y', '...', '.a', '-', ':', '~', 'x'.repeat(128)])(
  'a channel may be named %s',
  async (name) => {
    for (const target of [`/stream/${name}`, `/stream?channel=${name}`]) {
      const request = formatRequest(target, { method: 'HEAD' })
      expect((await exchange(service.url, request)).status).toBe(200)
    }
  },
)

test.for([
  [['Content-Length: 3'], 'abc'],
  [['Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n'],
  [['Transfer-Encoding: chunked'], '0\r\n\r\n'],
  [['Content-Length: 3', 'Expect: 100-continue'], ''],
] as const)('a stream request with a body is 400: case %#', async ([headers, body]) => {
  const request = formatRequest('/stream/a', { headers, body })
  const { status, body: answer } = await exchange(service.url, request)
  expect([status, answer]).toEqual([400, expect.stringContaining('without a body')])
})

test('an empty body is no body', async () => {
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a', { headers: ['Content-Length: 0'] }))
  expect(await connection.until('runnel.open')).toMatch(/^HTTP\/1.1 200 OK/)
})

test.for(['/stream', '/stream/a', '/poll/a'])('no other method works on %s', async (path) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE']) {
    const headers = ['Content-Length: 0']
    const { status, headers: answer } = await exchange(
      service.url,
      formatRequest(path, { method, headers }),
    )
    expect([method, status, answer.get('allow')]).toEqual([method, 405, 'HEAD, GET, OPTIONS'])
  }
})

test.for([
  ['a cursor in the header', '/stream/a', [`Last-Event-ID: ${'x'.repeat(17_000)}`]],
  ['a cursor in the query', `/stream/a?lastEventId=${'x'.repeat(17_000)}`, []],
  [
    'many headers',
    '/poll/a',
    Array.from({ length: 300 }, (_, index) => `X-${index}: ${'x'.repeat(50)}`),
  ],
] as const)('headers over 16 KiB are 431: %s', async ([, target, headers]) => {
  const { status, head, body } = await exchange(service.url, formatRequest(target, { headers }))
  expect([status, body]).toEqual([431, expect.stringContaining('"status":431')])
  expect(head).toContain('application/problem+json')
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawConnection } from '../support/clients/raw-connection.ts'
import {
  exchange,
  formatRequest,
  parseResponse,
  type RawResponse,
} from '../support/clients/raw-response.ts'
import { startTestService, type TestService } from '../support/service.ts'

const LISTED = 'https://app.example'
const LISTED_TOO = 'http://localhost:5173'
const UNLISTED = [
  'https://evil.example',
  'http://app.example',
  'https://app.example:8443',
  'https://app.example.evil.example',
  'https://sub.app.example',
  'https://APP.example',
  'https://app.example/',
  'null',
  '*',
  'https://app.example, https://evil.example',
]

let service: TestService

beforeAll(async () => {
  service = await startTestService({ 'cors-origins': `${LISTED},${LISTED_TOO}` })
})

afterAll(() => service[Symbol.asyncDispose]())

/** Reads only the head of an answer, since a stream has no end. */
async function readHead(target: string, headers: readonly string[]): Promise<RawResponse> {
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest(target, { headers }))
  return parseResponse(await connection.until('\r\n\r\n'))
}

async function preflight(target: string, origin: string): Promise<RawResponse> {
  const headers = [
    `Origin: ${origin}`,
    'Access-Control-Request-Method: POST',
    'Access-Control-Request-Headers: content-type,idempotency-key',
  ]
  return exchange(service.url, formatRequest(target, { method: 'OPTIONS', headers }))
}

const TARGETS = [
  '/stream/a',
  '/stream?channel=a&channel=b',
  '/poll/a',
  '/stream/a?from=x',
  '/nowhere',
]

test.for([LISTED, LISTED_TOO])('a listed origin may read, with credentials: %s', async (origin) => {
  for (const target of TARGETS) {
    const { headers } = await readHead(target, [`Origin: ${origin}`])
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    expect(headers.get('access-control-expose-headers')).toBe('Retry-After')
    expect(headers.get('vary')).toContain('Origin')
  }
})

test.for(UNLISTED)('no other origin may: %s', async (origin) => {
  for (const target of TARGETS) {
    const { headers } = await readHead(target, [`Origin: ${origin}`])
    expect(headers.get('access-control-allow-origin')).toBeUndefined()
    expect(headers.get('access-control-allow-credentials')).toBeUndefined()
    expect(headers.get('vary')).toContain('Origin')
  }
})

test('every answer has Vary, whatever the request', async () => {
  const targets = [...TARGETS, '/health/live', '/health/stream-capacity', '/publish/a']
  for (const target of targets) {
    for (const headers of [[], [`Origin: ${LISTED}`], ['Host: evil.example']]) {
      const answer = await readHead(target, headers)
      expect([target, headers, answer.headers.get('vary')]).toEqual([target, headers, 'Origin'])
    }
  }
})

test('a preflight of a listed origin is answered without a token, for ten minutes', async () => {
  for (const target of ['/stream/a', '/poll/a', '/publish/a']) {
    const { status, headers, body } = await preflight(target, LISTED)
    expect([status, body]).toEqual([204, ''])
    expect(headers.get('access-control-allow-origin')).toBe(LISTED)
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    expect(headers.get('access-control-max-age')).toBe('600')
    expect(headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST')
    const allowed = headers.get('access-control-allow-headers')?.split(',').toSorted()
    expect(allowed).toEqual(
      [
        'Last-Event-ID',
        'Authorization',
        'Content-Type',
        'Idempotency-Key',
        'Prefer',
        'traceparent',
      ].toSorted(),
    )
    expect(headers.get('vary')).toBe('Origin')
  }
})

test.for(UNLISTED)('a preflight of another origin allows nothing: %s', async (origin) => {
  for (const target of ['/stream/a', '/publish/a']) {
    const { status, headers } = await preflight(target, origin)
    expect(status).toBe(204)
    const allowing = [...headers.keys()].filter((name) => name.startsWith('access-control-'))
    expect(allowing).toEqual([])
  }
})

test('the capacity may be read from anywhere, without credentials', async () => {
  for (const origin of UNLISTED) {
    const { headers } = await readHead('/health/stream-capacity', [`Origin: ${origin}`])
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBeUndefined()
    const asked = await preflight('/health/stream-capacity', origin)
    expect(asked.headers.get('access-control-allow-origin')).toBe('*')
    expect(asked.headers.get('access-control-allow-credentials')).toBeUndefined()
  }
})

test('who names no origin is told, too, that any page may read the capacity', async () => {
  const { headers } = await readHead('/health/stream-capacity', [])
  expect(headers.get('access-control-allow-origin')).toBe('*')
})

test('a page that sends credentials everywhere may read the capacity too', async () => {
  const { headers } = await readHead('/health/stream-capacity', [`Origin: ${LISTED}`])
  expect(headers.get('access-control-allow-origin')).toBe(LISTED)
  expect(headers.get('access-control-allow-credentials')).toBe('true')
})

import * as fc from 'fast-check'
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
/** Origins of pages in the shells of apps. */
const APPS = ['capacitor://localhost', 'tauri://localhost', 'app://.', 'ionic://localhost']
/** Other clients than browsers may write a port that is the default of the scheme. */
const WITH_PORT = ['https://app.example:443']
const ALL_LISTED = [LISTED, LISTED_TOO, ...APPS, ...WITH_PORT]
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
  'https://app.example:80',
  'http://app.example:443',
  'https://app.example:',
  'https://localhost',
  'capacitor://evil.example',
  'capacitor://localhost:443',
  'app://localhost',
  'capacitor://',
]

/** The characters of a header's name (RFC 9110, section 5.6.2). */
const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

let service: TestService

beforeAll(async () => {
  const origins = [LISTED, LISTED_TOO, ...APPS].join(',')
  service = await startTestService({ 'cors-origins': origins })
})

afterAll(() => service[Symbol.asyncDispose]())

/** Reads only the head of an answer, since a stream has no end. */
async function readHead(target: string, headers: readonly string[]): Promise<RawResponse> {
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest(target, { headers }))
  return parseResponse(await connection.until('\r\n\r\n'))
}

async function preflight(target: string, origin: string, ...asked: string[]): Promise<RawResponse> {
  const headers = [
    `Origin: ${origin}`,
    'Access-Control-Request-Method: POST',
    ...asked.map((names) => `Access-Control-Request-Headers: ${names}`),
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

test.for(ALL_LISTED)('a listed origin may read, with credentials: %s', async (origin) => {
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
    for (const origin of ALL_LISTED) {
      const { status, headers, body } = await preflight(target, origin, 'content-type')
      expect([status, body]).toEqual([204, ''])
      expect(headers.get('access-control-allow-origin')).toBe(origin)
      expect(headers.get('access-control-allow-credentials')).toBe('true')
      expect(headers.get('access-control-max-age')).toBe('600')
      expect(headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST')
      expect(headers.get('vary')).toBe('Origin')
    }
  }
})

test.for([[], [''], [' , ,']])(
  'a preflight that asks for no header is told the usual ones: %j',
  async (asked) => {
    for (const target of ['/stream/a', '/poll/a', '/publish/a']) {
      const { headers } = await preflight(target, LISTED, ...asked)
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
    }
  },
)

test('a preflight of a listed origin is answered with the very headers that it asks for', async () => {
  const token = fc.string({
    unit: fc.constantFrom(...TOKEN.split('')),
    minLength: 1,
    maxLength: 128,
  })
  await fc.assert(
    fc.asyncProperty(fc.array(token, { minLength: 1, maxLength: 64 }), async (names) => {
      const { headers } = await preflight('/stream/a', LISTED, names.join(','))
      expect(headers.get('access-control-allow-headers')).toBe(names.join(','))
    }),
  )
})

test.for([
  [
    'spaces, and lists in two lines',
    ['baggage , sentry-trace', 'tracestate'],
    'baggage,sentry-trace,tracestate',
  ],
  ['a name that is none', ['baggage,a b,é,"x",sentry-trace'], 'baggage,sentry-trace'],
  ['a name of 129 characters', [`${'x'.repeat(129)},${'y'.repeat(128)}`], 'y'.repeat(128)],
  ['65 names', [numbered(65).join(',')], numbered(64).join(',')],
  ['thousands of commas', [`baggage${','.repeat(5_000)}`], 'baggage'],
] as const)('headers that a preflight asks for are bounded: %s', async ([, asked, allowed]) => {
  const { status, headers } = await preflight('/stream/a', LISTED, ...asked)
  expect([status, headers.get('access-control-allow-headers')]).toEqual([204, allowed])
})

test.for(UNLISTED)('a preflight of another origin allows nothing: %s', async (origin) => {
  for (const target of ['/stream/a', '/publish/a']) {
    const { status, headers } = await preflight(target, origin, 'content-type,baggage')
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
    const asked = await preflight('/health/stream-capacity', origin, 'baggage,sentry-trace')
    expect(asked.headers.get('access-control-allow-origin')).toBe('*')
    expect(asked.headers.get('access-control-allow-headers')).toBe('baggage,sentry-trace')
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

/** `x-1`, `x-2` and so on. */
function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `x-${index + 1}`)
}

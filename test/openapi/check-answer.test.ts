import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { findEventFault, findFault, type Answer } from '../support/openapi/check-answer.ts'
import { observe, takeFaults, type Listener } from '../support/openapi/observed-services.ts'
import { listenLocally } from '../support/local-server.ts'

const NO_STORE = { 'Cache-Control': 'no-store' }
const JSON_HEADERS = { ...NO_STORE, 'Content-Type': 'application/json; charset=utf-8' }
const PROBLEM_HEADERS = { ...NO_STORE, 'Content-Type': 'application/problem+json' }
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  Connection: 'close',
}
const PUBLISHED = { channel: 'a', ids: ['00000000-1'] }
const UNAVAILABLE = {
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  detail: 'later',
}

/** The fault of a valid answer to a publish with these changes. */
function faultOf(
  {
    headers = JSON_HEADERS,
    document = PUBLISHED,
    ...changes
  }: Partial<Answer> & {
    readonly headers?: Readonly<Record<string, string | undefined>>
    readonly document?: unknown
  },
  listener: Listener = 'public',
): string | undefined {
  return findFault(listener, {
    method: 'POST',
    path: '/publish/a',
    status: 200,
    header: (name) => headers[name],
    body: JSON.stringify(document),
    ...changes,
  })
}

test('a described answer has no fault', () => {
  expect(faultOf({})).toBeUndefined()
  expect(faultOf({ status: 202, document: { ...PUBLISHED, replicated: false } })).toBeUndefined()
  const headers = { ...PROBLEM_HEADERS, 'Retry-After': '5' }
  expect(faultOf({ status: 503, headers, document: UNAVAILABLE })).toBeUndefined()
})

test.for([
  ['a field more', { document: { ...PUBLISHED, count: 1 } }, /additional properties/],
  ['a field less', { document: { channel: 'a' } }, /required property 'ids'/],
  ['a wrong value', { document: { channel: 'a', ids: ['1'] } }, /ids\/0 must match pattern/],
  ['no JSON', { body: '{' }, /SyntaxError/],
  ['a status of nobody', { status: 201 }, /no such status/],
  ['the body of another status', { status: 202 }, /required property 'replicated'/],
  ['another type', { headers: { ...NO_STORE, 'Content-Type': 'text/plain' } }, /got text\/plain/],
  ['no type', { headers: NO_STORE }, /expected application\/json, got nothing/],
  [
    'an answer without no-store',
    { headers: { ...JSON_HEADERS, 'Cache-Control': undefined } },
    /expected a header Cache-Control/,
  ],
  [
    'an answer that caches may store',
    { headers: { ...JSON_HEADERS, 'Cache-Control': 'max-age=1' } },
    /header Cache-Control: it must be equal to constant/,
  ],
  [
    'a problem without its header',
    { status: 503, headers: PROBLEM_HEADERS, document: UNAVAILABLE },
    /expected a header Retry-After/,
  ],
  [
    'a problem of another status',
    { status: 507, headers: PROBLEM_HEADERS, document: UNAVAILABLE },
    /expected the document to say 507/,
  ],
  ['a path of nobody', { path: '/publish/a/b' }, /no such status/],
  ['a method of nobody', { method: 'PUT' }, /no such status/],
  ['a body for HEAD', { method: 'HEAD', path: '/health/live' }, /expected no body/],
] as const)('%s is a fault', ([, changes, expected]) => {
  expect(faultOf(changes)).toMatch(expected)
})

test.for(['Cache-Control', 'X-Accel-Buffering', 'Connection'])(
  'a stream without its %s is a fault',
  (name) => {
    const stream = { method: 'GET', path: '/stream/a', body: undefined }
    expect(faultOf({ ...stream, headers: STREAM_HEADERS })).toBeUndefined()
    const headers = { ...STREAM_HEADERS, [name]: undefined }
    expect(faultOf({ ...stream, headers })).toMatch(`expected a header ${name}`)
  },
)

test('an answer may name its span, in the form of the draft', () => {
  const good = { Traceresponse: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
  const bad = { Traceresponse: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` }
  const answers = [
    { headers: JSON_HEADERS },
    { headers: STREAM_HEADERS, method: 'GET', path: '/stream/a', body: undefined },
    {
      headers: PROBLEM_HEADERS,
      status: 413,
      document: { ...UNAVAILABLE, title: 'Payload Too Large', status: 413 },
    },
  ]
  for (const { headers, ...answer } of answers) {
    expect(faultOf({ ...answer, headers: { ...headers, ...good } })).toBeUndefined()
    expect(faultOf({ ...answer, headers: { ...headers, ...bad } })).toMatch('header Traceresponse')
  }
})

test('text is no JSON, and is not parsed', () => {
  const metrics = { method: 'GET', path: '/metrics', body: 'runnel_active_streams 0\n' }
  const headers = { ...NO_STORE, 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }
  expect(faultOf({ ...metrics, headers }, 'admin')).toBeUndefined()
  expect(faultOf({ ...metrics, headers: JSON_HEADERS }, 'admin')).toMatch('expected text/plain')
})

test('an answer of one listener is a fault on the other', () => {
  expect(faultOf({}, 'admin')).toMatch(/no such status/)
})

test('events of Runnel itself are as described', () => {
  expect(findEventFault('runnel.drain', '{"retry":200}')).toBeUndefined()
  expect(findEventFault('anything', 'else')).toBeUndefined()
  expect(findEventFault('runnel.drain', '{"retry":-1}')).toMatch(/must be >= 0/)
  expect(findEventFault('runnel.open', '{}')).toMatch(/required property 'stream'/)
  expect(findEventFault('runnel.other', '{}')).toMatch(/no such event/)
})

/** A server whose answers are not described for their paths. */
async function startImpostor(): Promise<{ url: string; adminUrl: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const isStream = request.url!.startsWith('/stream')
    response.setHeaders(new Map(Object.entries(isStream ? STREAM_HEADERS : JSON_HEADERS)))
    response.end(isStream ? 'event: runnel.open\ndata: {}\n\n' : '{"status":"fine"}')
  })
  return { ...(await listenLocally(server)), adminUrl: 'http://127.0.0.1:1' }
}

test('each test client checks the answers of an observed service', async () => {
  await using impostor = await startImpostor()
  const ask = async () => {
    await fetch(`${impostor.url}/health/live`)
    await exchange(impostor.url, formatRequest('/health/ready'))
    await using stream = await EventStream.open(`${impostor.url}/stream/a`)
    await stream.ended()
    return takeFaults()
  }
  const observation = observe(impostor)
  expect(await ask()).toEqual([
    expect.stringContaining('does not describe GET /health/live 200'),
    expect.stringContaining('does not describe GET /health/ready 200'),
    expect.stringContaining('does not describe runnel.open {}'),
  ])
  observation[Symbol.dispose]()
  // Events are checked for every stream, observed or not.
  expect(await ask()).toEqual([expect.stringContaining('does not describe runnel.open {}')])
})

/** What the tracing of a publish is told, and what the publisher and the observers learn of it. */
import { expect, test, vi } from 'vitest'
import type { PublishRecord } from '../../src/http/http-observer.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { post, readProblem } from '../support/clients/requests.ts'
import { HttpService } from '../support/http-service.ts'
import { RecordingRequestTracing, traceresponseOf } from '../support/recording-request-tracing.ts'

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test('the events carry the context of the trace, and no other', async () => {
  const tracing = new RecordingRequestTracing()
  await using service = await HttpService.start({ tracing })
  const append = vi.spyOn(service.test.log, 'append')
  const body = '{"data":"ä"}\n{"event":"b","data":"c"}\n'
  const type = 'application/x-ndjson'
  await post(`${service.url}/publish/a`, type, body, { traceparent: TRACEPARENT })
  tracing.isOn = false
  await post(`${service.url}/publish/a`, 'text/plain', 'untraced', { traceparent: TRACEPARENT })

  const [publish, ...others] = tracing.publishes
  expect(others).toEqual([])
  expect(publish?.start).toMatchObject({
    request: { address: '127.0.0.1', trace: { traceparent: TRACEPARENT } },
    channel: 'a',
    events: [
      { name: 'message', data: 'ä' },
      { name: 'b', data: 'c' },
    ],
    isForced: false,
  })
  const events = append.mock.calls.flatMap(([, appended]) => appended)
  expect(events.map(({ trace }) => trace)).toEqual([publish?.context, publish?.context, undefined])
})

test('the trace learns the outcome, then the status, and the answer names its span', async () => {
  const tracing = new RecordingRequestTracing()
  const published: PublishRecord[] = []
  const observer = { published: (record: PublishRecord) => published.push(record) }
  await using service = await HttpService.start({ tracing, observer })
  const accepted = await post(`${service.url}/publish/a`, 'text/plain', 'x')
  tracing.isOn = false
  const untraced = await post(`${service.url}/publish/a`, 'text/plain', 'x')

  const [{ calls, span } = { calls: [] }] = tracing.publishes
  const outcome = expect.objectContaining({ kind: 'accepted', first: 1, count: 1 })
  expect(calls).toEqual([
    ['appended', outcome],
    ['end', 200],
  ])
  expect(accepted.headers.get('Traceresponse')).toBe(traceresponseOf(span!))
  expect(untraced.headers.get('Traceresponse')).toBeNull()
  expect(published.map(({ request }) => request.span)).toEqual([span, undefined])
})

test.for([
  [
    'an unconfirmed publish',
    202,
    {
      kind: 'accepted',
      epoch: 'abcdefgh',
      first: 1,
      count: 1,
      repeated: false,
      isReplicated: false,
    },
  ],
  ['a reused key', 422, { kind: 'key-reused' }],
  ['too many events', 413, { kind: 'too-large' }],
  ['a full log', 507, { kind: 'full', limit: 'channels' }],
] as const)('%s ends the trace with its status', async ([, status, outcome]) => {
  const tracing = new RecordingRequestTracing()
  await using service = await HttpService.start({ tracing })
  service.test.log.append = () => Promise.resolve(outcome)
  const answer = await post(`${service.url}/publish/a`, 'text/plain', 'x')

  expect(answer.status).toBe(status)
  const [{ calls, span } = { calls: [] }] = tracing.publishes
  expect(calls).toEqual([
    ['appended', outcome],
    ['end', status],
  ])
  expect(answer.headers.get('Traceresponse')).toBe(traceresponseOf(span!))
})

test.for([
  ['the log is away', 503, undefined],
  ['the log fails unexpectedly', 500, new Error('nobody foresaw it')],
] as const)('where %s, the trace ends with its status', async ([, status, failure]) => {
  const tracing = new RecordingRequestTracing()
  await using service = await HttpService.start({ tracing })
  const { log } = service.test
  log.answering = 'failing'
  if (failure !== undefined) log.failure = failure
  const answer = await post(`${service.url}/publish/a`, 'text/plain', 'x')

  expect((await readProblem(answer)).status).toBe(status)
  const [{ calls, span } = { calls: [] }] = tracing.publishes
  expect(calls).toEqual([
    ['appended', { kind: 'failed', error: log.failure }],
    ['end', status],
  ])
  expect(answer.headers.get('Traceresponse')).toBe(traceresponseOf(span!))
})

test.for([
  ['a body that cannot be parsed', 'application/json', '{', 400],
  ['a type that is unknown', 'image/png', '', 415],
  ['a body that is too large', 'text/plain', 'x'.repeat(300 * 1024), 413],
] as const)('%s is not traced', async ([, type, body, status]) => {
  const tracing = new RecordingRequestTracing()
  await using service = await HttpService.start({ tracing })
  const answer = await post(`${service.url}/publish/a`, type, body)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('Traceresponse')).toBeNull()
  expect(tracing.publishes).toEqual([])
})

test('on a loopback address, Runnel-Trace: 1 forces a trace, and any other value is refused', async () => {
  const tracing = new RecordingRequestTracing()
  await using service = await HttpService.start({ tracing })
  const ask = (value: string) =>
    post(`${service.url}/publish/a`, 'text/plain', 'x', { 'Runnel-Trace': value })
  expect((await ask('1')).status).toBe(200)
  for (const value of ['', '0', 'true', '1, 1', '01']) {
    const problem = await readProblem(await ask(value))
    expect([problem.status, problem.detail]).toEqual([400, expect.stringContaining('Runnel-Trace')])
  }
  const headers = [
    'Content-Type: text/plain',
    'Content-Length: 1',
    'Runnel-Trace: 1',
    'Runnel-Trace: 1',
  ]
  const twice = formatRequest('/publish/a', { method: 'POST', headers, body: 'x' })
  expect((await exchange(service.url, twice)).status).toBe(400)
  expect(tracing.publishes.map(({ start }) => start.isForced)).toEqual([true])
})

test.for([
  ['on any other address', { isLoopback: false }],
  ['where a proxy has a name of its own', { settings: { hosts: ['events.example'] } }],
  ['where proxies are trusted', { settings: { trustedHops: 1 } }],
] as const)('%s, Runnel-Trace is ignored', async ([, options]) => {
  const tracing = new RecordingRequestTracing()
  await using service = await HttpService.start({ tracing, ...options })
  for (const value of ['1', 'true']) {
    const headers = { 'Runnel-Trace': value }
    const answer = await post(`${service.url}/publish/a`, 'text/plain', 'x', headers)
    expect(answer.status).toBe(200)
  }
  expect(tracing.publishes.map(({ start }) => start.isForced)).toEqual([false, false])
})

test('pages of other origins are not allowed to send Runnel-Trace', async () => {
  await using service = await HttpService.start()
  const response = await fetch(`${service.url}/publish/a`, {
    method: 'OPTIONS',
    headers: { Origin: 'https://page.example', 'Access-Control-Request-Method': 'POST' },
  })
  const allowed = response.headers.get('Access-Control-Allow-Headers') ?? ''
  expect(allowed).toContain('traceparent')
  expect(allowed.toLowerCase()).not.toContain('runnel-trace')
})

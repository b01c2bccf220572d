/** The trace of a stream's opening, as far as the route holds it: until the hub has taken it over. */
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import type { RequestRecord } from '../../src/hub/hub-observer.ts'
import type { StreamRequest } from '../../src/hub/stream-context.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { readProblem } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { HttpService, type HttpServiceOptions } from '../support/http-service.ts'
import { RecordingRequestTracing, traceresponseOf } from '../support/recording-request-tracing.ts'

/** A fleet whose answers to admissions a test replaces. */
class ScriptedFleet extends LocalFleet {
  onAdmit: () => Promise<boolean> = () => Promise.resolve(true)

  override admit(): Promise<boolean> {
    return this.onAdmit()
  }
}

/** A service whose hub gets no traces: those handed to it are recorded, and stay as the route left them. */
async function startTraced(options: Pick<HttpServiceOptions, 'observer' | 'slots'> = {}) {
  const tracing = new RecordingRequestTracing()
  const fleet = new ScriptedFleet()
  const service = await HttpService.start({ ...options, tracing, fleet })
  const { hub } = service.test
  const handed: StreamRequest[] = []
  const open = hub.open.bind(hub)
  const failure: { error?: Error } = {}
  vi.spyOn(hub, 'open').mockImplementation((selection, sink, request) => {
    if (failure.error !== undefined) throw failure.error
    handed.push(request)
    return open(selection, sink, { ...request, connect: undefined })
  })
  return {
    service,
    tracing,
    fleet,
    handed,
    /** Makes the hub throw. */
    failure,
    /** How often each trace was ended by the route, or handed to the hub. */
    conclusions: () =>
      tracing.connects.map(
        ({ span, ends }) =>
          ends.length + handed.filter(({ connect }) => connect?.span === span).length,
      ),
    [Symbol.asyncDispose]: async () => service[Symbol.asyncDispose](),
  }
}

const BAD_TARGETS = ['/stream?from=never&channel=a', '/stream/%20', '/stream'] as const

const SITUATION = fc.record({
  version: fc.constantFrom('1.0', '1.1'),
  target: fc.constantFrom(
    '/stream/a',
    '/stream/a?lastEventId=none',
    '/stream?channel=a&channel=b',
    ...BAD_TARGETS,
  ),
  headers: fc.subarray(['Prefer: status', 'Content-Length: 1'], { maxLength: 1 }),
  slots: fc.constantFrom(0, 10, 10),
  log: fc.constantFrom('at-once', 'at-once', 'failing'),
  hub: fc.constantFrom('opens', 'opens', 'fails'),
  isDraining: fc.constantFrom(true, false, false),
  fleet: fc.constantFrom('admits', 'admits', 'refuses', 'fails'),
  meanwhile: fc.constantFrom('nothing', 'the client leaves', 'a drain begins'),
} as const)

type Situation = typeof SITUATION extends fc.Arbitrary<infer T> ? T : never

/** Lets things happen while the request waits for its admission, and answers that. */
function answerAdmission(
  { fleet, meanwhile }: Situation,
  service: HttpService,
  client: RawConnection,
): () => Promise<boolean> {
  return async () => {
    if (meanwhile === 'a drain begins') await service.service.drain.begin()
    if (meanwhile === 'the client leaves') await leave(client, service)
    if (fleet === 'fails') throw new Error('the fleet fails')
    return fleet === 'admits'
  }
}

/** Bad requests begin no trace: those of one client must not use up the rate of openings. */
function isBad({ target, headers }: Situation): boolean {
  return BAD_TARGETS.some((each) => each === target) || headers.includes('Content-Length: 1')
}

test('whatever happens to a good request, its trace is ended once, or handed to the hub and not ended', async () => {
  const property = fc.asyncProperty(SITUATION, async (situation) => {
    const traced = await startTraced({ slots: situation.slots })
    const { service, tracing, fleet, failure, handed, conclusions } = traced
    const untilConcluded = () => eventually(() => expect(conclusions()[0]).toBeGreaterThan(0))
    {
      await using _ending = traced
      await using client = await RawConnection.open(service.url)
      fleet.onAdmit = answerAdmission(situation, service, client)
      if (situation.hub === 'fails') failure.error = new Error('the hub fails')
      if (situation.isDraining) await service.service.drain.begin()
      service.test.log.answering = situation.log
      client.send(formatRequest(situation.target, situation))
      await (isBad(situation) ? client.until('HTTP/1.1 400') : untilConcluded())
    }
    // The service is closed: nothing comes any more.
    expect(conclusions()).toEqual(isBad(situation) ? [] : [1])
    const [{ admitted } = { admitted: 0 }] = tracing.connects
    expect([handed.length, 1]).toContain(admitted)
  })
  await fc.assert(property, { numRuns: 150, endOnFailure: true })
})

test('a stream is handed to the hub with its trace, and its head names the span', async () => {
  await using traced = await startTraced()
  await using stream = await EventStream.open(`${traced.service.url}/stream/a`)
  await stream.event('runnel.open')
  const [{ span, admitted, ends } = {}] = traced.tracing.connects
  expect({ admitted, ends }).toEqual({ admitted: 1, ends: [] })
  expect(traced.handed).toMatchObject([{ request: { span }, connect: { span } }])
  expect(stream.response.headers['traceresponse']).toBe(traceresponseOf(span!))
})

test('a stream that is refused by an event ends its trace, and its head names the span', async () => {
  const refused: RequestRecord[] = []
  await using traced = await startTraced({
    slots: 0,
    observer: { refused: (_what, _reason, request) => refused.push(request) },
  })
  await using stream = await EventStream.open(`${traced.service.url}/stream/a`)
  await stream.ended()
  const [{ span, admitted, ends } = {}] = traced.tracing.connects
  expect({ admitted, ends }).toEqual({ admitted: 0, ends: [{ kind: 'refused', reason: 'limit' }] })
  expect(refused).toMatchObject([{ span }])
  expect(stream.response.headers['traceresponse']).toBe(traceresponseOf(span!))
})

test('a refusal with a status ends the trace as an answer, which names the span', async () => {
  await using traced = await startTraced({ slots: 0 })
  const headers = { Prefer: 'status' }
  const answer = await fetch(`${traced.service.url}/stream/a`, { headers })
  expect((await readProblem(answer)).status).toBe(503)
  const [{ span, ends } = {}] = traced.tracing.connects
  expect(ends).toEqual([{ kind: 'answered', status: 503 }])
  expect(answer.headers.get('Traceresponse')).toBe(traceresponseOf(span!))
})

test('the trace of a client that left before its stream began says so', async () => {
  await using traced = await startTraced()
  const { service, fleet, tracing, handed } = traced
  const { promise: admission, resolve: admit } = Promise.withResolvers<boolean>()
  const asked = vi.fn<() => Promise<boolean>>(() => admission)
  fleet.onAdmit = asked
  await using client = await RawConnection.open(service.url)
  client.send(formatRequest('/stream/a'))
  await eventually(() => expect(asked).toHaveBeenCalled())
  await leave(client, service)
  admit(true)
  await eventually(() => expect(tracing.connects[0]?.ends).toEqual([{ kind: 'gone' }]))
  expect(handed).toEqual([])
  expect(service.service.admission.streams).toBe(0)
})

test('the trace of a stream that fails to begin behind its head has the error', async () => {
  await using traced = await startTraced()
  const { service, failure, tracing } = traced
  failure.error = new Error('the hub fails')
  await using client = await RawConnection.open(service.url)
  client.send(formatRequest('/stream/a'))
  await client.until('Traceresponse')
  await eventually(() =>
    expect(tracing.connects[0]?.ends).toEqual([
      { kind: 'closed', reason: 'fault', error: failure.error },
    ]),
  )
})

test('neither HEAD nor an untraced stream names a span', async () => {
  await using traced = await startTraced()
  const { service, tracing, handed } = traced
  const head = await exchange(service.url, formatRequest('/stream/a', { method: 'HEAD' }))
  expect([head.status, head.headers.get('traceresponse')]).toEqual([200, undefined])
  tracing.isOn = false
  await using stream = await EventStream.open(`${service.url}/stream/a`)
  await stream.event('runnel.open')
  expect(stream.response.headers['traceresponse']).toBeUndefined()
  expect(handed).toMatchObject([{ request: { span: undefined } }])
  expect(tracing.connects).toEqual([])
})

/** Cuts the connection of a client, and waits until the service knows. */
async function leave(client: RawConnection, service: HttpService): Promise<void> {
  client.reset()
  await eventually(async () => expect(await service.connections()).toBe(0))
}

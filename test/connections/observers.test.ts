/** The calls that observers of a service get, independent of each other. */
import { expect, test } from 'vitest'
import type { PollRecord, PublishRecord } from '../../src/http/http-observer.ts'
import type { RequestRecord, StreamRecord } from '../../src/hub/hub-observer.ts'
import { LogUnavailable } from '../../src/log/event-log.ts'
import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import { observeAll, type ServiceObserver } from '../../src/service/observe-all.ts'
import { openDocument } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, post, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { ScriptedLog } from '../support/scripted-log.ts'
import { startTestService } from '../support/service.ts'

const TRACE = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
}
const SOMEBODY = { principal: '', address: '127.0.0.1' }

const RECORD: StreamRecord = {
  id: 'stream',
  request: { ...SOMEBODY, requestedAt: 0, trace: undefined, span: undefined },
  channels: ['a'],
  openedAt: undefined,
  resumed: false,
  resume: 'none',
  events: 0,
  bytes: 0,
  lastId: '',
}

/** Records its calls, with copies of the records at that moment. */
class Recorder {
  readonly opened: Record<string, unknown>[] = []
  readonly closed: Record<string, unknown>[] = []
  readonly refused: Record<string, unknown>[] = []
  readonly published: PublishRecord[] = []
  readonly polled: PollRecord[] = []
  isClosed = false

  readonly observer: ServiceObserver = {
    opened: (stream) => this.opened.push(copyRecord(stream)),
    closed: (stream, reason, error) => {
      this.closed.push({ ...copyRecord(stream), reason, error, at: performance.now() })
    },
    refused: (what, reason, request) => this.refused.push({ what, reason, request }),
    published: (publish) => this.published.push(publish),
    polled: (answered) => this.polled.push(answered),
    close: () => {
      this.isClosed = true
    },
  }
}

function copyRecord({ id, channels, request, openedAt, resumed, events, lastId }: StreamRecord) {
  return { id, channels, request, openedAt, resumed, events, lastId }
}

/** Throws at every call. */
const FAILING: ServiceObserver = {
  opened: fail,
  closed: fail,
  refused: fail,
  published: fail,
  polled: fail,
  close: fail,
}

function fail(): never {
  throw new Error('an observer that fails')
}

function expectInOrder(...times: readonly unknown[]): void {
  expect(times).toEqual(times.map(() => expect.any(Number)))
  expect(times).toEqual(times.toSorted((a, b) => Number(a) - Number(b)))
}

test('two observers see each stream opened and closed once, though one between them fails', async () => {
  const recorders = [new Recorder(), new Recorder()] as const
  const observers = [recorders[0].observer, FAILING, recorders[1].observer]
  const before = performance.now()
  const ids: string[] = []
  {
    await using service = await startTestService({}, undefined, observers)
    const first = await publishText(service.url, 'a', 'x')
    await using fresh = await EventStream.open(`${service.url}/stream?channel=b&channel=a`)
    await using back = await EventStream.open(`${service.url}/stream/a`, {
      'Last-Event-ID': first,
      ...TRACE,
    })
    for (const stream of [fresh, back]) {
      const open = openDocument.parse(JSON.parse((await stream.event('runnel.open')).data))
      ids.push(open.stream)
    }
    const second = await publishText(service.url, 'a', 'y')
    await back.take(1)
    await fresh.take(1)
    await back[Symbol.asyncDispose]()
    for (const { closed } of recorders) await eventually(() => expect(closed).toHaveLength(1))
    await service.drain.begin()
    await fresh.ended()

    const request = { ...SOMEBODY, requestedAt: expect.any(Number) }
    const plain = { id: ids[0], channels: ['a', 'b'], request: { ...request, trace: undefined } }
    const traced = { id: ids[1], channels: ['a'], request: { ...request, trace: TRACE } }
    for (const { opened, closed } of recorders) {
      expect(opened).toMatchObject([
        { ...plain, resumed: false, events: 0, lastId: fresh.ids[0] },
        { ...traced, resumed: true, events: 0, lastId: first },
      ])
      expect(closed).toMatchObject([
        { ...traced, resumed: true, events: 1, lastId: second, reason: expect.any(String) },
        { ...plain, resumed: false, events: 1, lastId: fresh.lastId, reason: 'drain' },
      ])
      expect(['client', 'reset']).toContain(closed[0]?.['reason'])
      for (const { request: asked, openedAt, at, error } of closed) {
        expectInOrder(before, (asked as RequestRecord).requestedAt, openedAt, at)
        expect(error).toBeUndefined()
      }
    }
  }
  for (const { opened, closed, isClosed } of recorders) {
    expect([opened.length, closed.length, isClosed]).toEqual([2, 2, true])
  }
})

test('a stream that never opens is closed with the error, and was not opened', async () => {
  const { opened, closed, observer } = new Recorder()
  const log = new ScriptedLog()
  const open = async () => ({ log, fleet: new LocalFleet(), close: async () => log.close() })
  await using service = await startTestService({}, open, [observer])
  log.answering = 'held'
  const asked = fetch(`${service.url}/stream/a`)
  await eventually(() => expect(log.heldCalls).toBeGreaterThan(0))
  log.failure = new Error('nobody foresaw it')
  log.answering = 'failing'
  log.release()
  expect(await (await asked).text()).toContain('event: runnel.fault')
  expect(opened).toEqual([])
  expect(closed).toMatchObject([{ reason: 'fault', error: log.failure, openedAt: undefined }])
})

test('an observer that fails later harms nobody, and each failure is reported', async () => {
  const failures: unknown[] = []
  const { opened, observer } = new Recorder()
  const failing = { opened: async () => fail() }
  const all = observeAll([failing, FAILING, observer], (error) => failures.push(error))
  for (let count = 0; count < 3; count++) all.opened(RECORD)
  await eventually(() => expect(failures).toHaveLength(6))
  expect(opened).toHaveLength(3)
})

test('a refusal is reported with its client, reason and trace', async () => {
  const { refused, closed, observer } = new Recorder()
  await using service = await startTestService({ 'max-streams': '1' }, undefined, [observer])
  await using guest = await EventStream.open(`${service.url}/stream/a`)
  await guest.event('runnel.open')
  await using second = await EventStream.open(`${service.url}/stream/a`, TRACE)
  await second.ended()
  const request = { ...SOMEBODY, requestedAt: expect.any(Number), trace: TRACE }
  expect(refused).toEqual([{ what: 'stream', reason: 'limit', request }])
  expect(closed).toEqual([])
})

test('a stream that finds the log away while it opens is reported as a refusal, to each observer', async () => {
  const recorders = [new Recorder(), new Recorder()] as const
  const log = new ScriptedLog()
  const open = async () => ({ log, fleet: new LocalFleet(), close: async () => log.close() })
  const observers = recorders.map(({ observer }) => observer)
  await using service = await startTestService({}, open, observers)
  log.answering = 'failing'
  await using stream = await EventStream.open(`${service.url}/stream/a`, TRACE)
  await stream.ended()
  const request = { ...SOMEBODY, requestedAt: expect.any(Number), trace: TRACE }
  for (const { opened, closed, refused } of recorders) {
    expect([opened, closed]).toEqual([[], []])
    expect(refused).toEqual([{ what: 'stream', reason: 'log', request }])
  }
})

test('publishes are reported with their channel, count, trace and outcome', async () => {
  const { published, observer } = new Recorder()
  const log = new ScriptedLog()
  const open = async () => ({ log, fleet: new LocalFleet(), close: async () => log.close() })
  await using service = await startTestService({}, open, [observer])
  const ids = await publishText(service.url, 'a', 'x', { headers: TRACE })
  log.answering = 'failing'
  await post(`${service.url}/publish/b`, 'text/plain', 'y')
  const [epoch = ''] = ids.split('-')
  const request = { ...SOMEBODY, requestedAt: expect.any(Number) }
  expect(published).toMatchObject([
    {
      request: { ...request, trace: TRACE },
      channel: 'a',
      count: 1,
      outcome: { kind: 'accepted', epoch, first: 1, count: 1 },
    },
    {
      request: { ...request, trace: undefined },
      channel: 'b',
      count: 1,
      outcome: { kind: 'failed', error: expect.any(LogUnavailable) },
    },
  ])
})

test('a publish that is refused is reported as a refusal', async () => {
  const { published, observer } = new Recorder()
  await using service = await startTestService({}, undefined, [observer])
  for (const text of ['x', 'x', 'another']) {
    await post(`${service.url}/publish/a`, 'text/plain', text, { 'Idempotency-Key': 'k' })
  }
  expect(published.map(({ outcome }) => outcome)).toMatchObject([
    { kind: 'accepted', repeated: false },
    { kind: 'accepted', repeated: true },
    { kind: 'key-reused' },
  ])
})

test('polls are reported with their answers', async () => {
  const { polled, observer } = new Recorder()
  const log = new ScriptedLog()
  const open = async () => ({ log, fleet: new LocalFleet(), close: async () => log.close() })
  await using service = await startTestService({}, open, [observer])
  const [, second] = log.history.publish('a', 'x', 'y')
  await poll(service.url, '/poll?channel=a&channel=b&from=earliest')
  await poll(service.url, '/poll/a?lastEventId=none&from=earliest&limit=1')
  log.answering = 'failing'
  log.invalidate()
  await fetch(`${service.url}/poll/c`)
  expect(polled).toMatchObject([
    {
      request: SOMEBODY,
      channels: ['a', 'b'],
      outcome: { kind: 'answered', events: 2, gaps: 0, cursor: expect.stringContaining(second!) },
    },
    { channels: ['a'], outcome: { kind: 'answered', events: 1, gaps: 1 } },
    { channels: ['c'], outcome: { kind: 'failed', error: expect.any(LogUnavailable) } },
  ])
})

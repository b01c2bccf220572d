import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { LogUnavailable } from '../log/event-log.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'

function bodyOf({ sink }: HubClient, from = 0): string {
  return Buffer.concat(sink?.writes.slice(from) ?? []).toString()
}

async function openClient(pod: TestHub, ping = false): Promise<HubClient> {
  const client = pod.newClient()
  client.open(pod.hub, 'latest', ping)
  await passTurns(3)
  return client
}

test('a stream begins with one block: retry, id, runnel.open and its data', async () => {
  using pod = new TestHub()
  const [, second] = pod.log.history.publish('a', '1', '2')
  const client = await openClient(pod)
  const { id } = pod.opened[0]!.stream
  expect(client.sink?.writes).toHaveLength(1)
  expect(bodyOf(client).replace(/^retry: \d+\n/, '')).toBe(
    `id: ${second}\nevent: runnel.open\n` +
      `data: {"stream":"${id}","cursor":"${second}","resumed":false,"heartbeat":15000}\n\n`,
  )
  expect(id).toMatch(/^[0-9A-Za-z]{16}$/)
})

test('each stream draws its own retry, so that a cut does not bring all back at once', async () => {
  using pod = new TestHub()
  // The longest that may be set.
  pod.settings.retry = 3_600_000
  const retries: number[] = []
  for (let count = 0; count < 200; count++) {
    const [, retry] = /^retry: (\d+)\n/.exec(bodyOf(await openClient(pod))) ?? []
    retries.push(Number(retry))
  }
  expect(Math.min(...retries)).toBeGreaterThanOrEqual(pod.settings.retry * 0.5)
  expect(Math.max(...retries)).toBeLessThanOrEqual(pod.settings.retry * 1.5)
  expect(new Set(retries).size).toBeGreaterThan(100)
})

test('a gap comes before runnel.open, and is sent once', async () => {
  using pod = new TestHub()
  const positions = pod.log.history.publish('a', '1', '2', '3')
  pod.log.history.trim('a', 2)
  const client = pod.newClient()
  client.cursor = positions[0]
  client.open(pod.hub)
  await passTurns(3)
  expect(bodyOf(client)).toMatch(
    new RegExp(
      `^id: ${positions[1]}\\nevent: runnel\\.gap\\n` +
        `data: \\{"channel":"a","reason":"trimmed","from":"${positions[1]}","to":"${positions[1]}","missed":1\\}\\n\\n` +
        `retry: \\d+\\nid: ${positions[1]}\\nevent: runnel\\.open\\n.*"resumed":false.*\\n\\nid: ${positions[2]}\\ndata: 3\\n\\n$`,
    ),
  )
  client.leave()
  client.open(pod.hub)
  await passTurns(3)
  expect(client.gaps).toHaveLength(1)
  expect(pod.opened.map(({ resume }) => resume)).toEqual(['gap', 'resumed'])
})

test('pending bytes of a socket stay within the buffer, or are a single write', async () => {
  const script = fc.array(
    fc.oneof(
      fc.record({ lengths: fc.array(fc.nat(3_000), { minLength: 1, maxLength: 4 }) }),
      fc.record({ drains: fc.integer({ min: 1, max: 3 }) }),
      fc.constant({ passes: 1 }),
    ),
    { maxLength: 40 },
  )
  await fc.assert(
    fc.asyncProperty(script, fc.constantFrom(500, 4_000), async (steps, subscriberBuffer) => {
      using pod = new TestHub()
      Object.assign(pod.settings, { subscriberBuffer })
      const client = await openClient(pod)
      client.isStuck = true
      const sink = client.sink!
      for (const step of steps) {
        if ('lengths' in step) {
          pod.log.history.publish('a', ...step.lengths.map((length) => 'x'.repeat(length)))
        } else if ('drains' in step) {
          sink.drain(step.drains)
        }
        await passTurns()
        expect(sink.waitingWrites <= 1 || sink.pendingBytes <= subscriberBuffer).toBe(true)
      }
      client.isStuck = false
      await passTurns(30)
      expect(client.objections).toEqual([])
      expect(pod.isAtTop(client)).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('an event larger than the buffer goes out alone', async () => {
  using pod = new TestHub()
  pod.settings.subscriberBuffer = 1_000
  const client = await openClient(pod)
  client.isStuck = true
  pod.log.history.publish('a', 'first', 'x'.repeat(200_000), 'last')
  await passTurns(5)
  client.isStuck = false
  await passTurns(10)
  expect(client.events.map(({ data }) => data.length)).toEqual([5, 200_000, 4])
})

test('a member that falls behind is served from the log until it has caught up, then live again', async () => {
  using pod = new TestHub()
  pod.settings.subscriberBuffer = 100
  const [slow, quick] = [await openClient(pod), await openClient(pod)]
  slow.isStuck = true
  for (let event = 1; event <= 20; event++) {
    pod.log.history.publish('a', `event ${event} of twenty`)
    await passTurns()
  }
  expect(pod.isAtTop(quick)).toBe(true)
  expect(slow.sink!.pendingBytes).toBeLessThanOrEqual(100)
  slow.isStuck = false
  await passTurns(5)
  expect(pod.isAtTop(slow)).toBe(true)
  pod.log.history.publish('a', 'live')
  await passTurns(2)
  expect(slow.sink!.writes.at(-1)).toBe(quick.sink!.writes.at(-1))
})

test('a socket that takes nothing for the stall time is cut without a closing event', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  // No heartbeat in that time: the silence of the service is no stall.
  pod.settings.heartbeat = 60_000
  const [stuck, idle, slow] = await Promise.all([openClient(pod), openClient(pod), openClient(pod)])
  stuck.isStuck = true
  slow.isStuck = true
  pod.log.history.publish('a', '1')
  await passTurns(2)
  pod.log.history.publish('a', '2')
  await passTurns(2)
  const sink = stuck.sink!
  const writes = sink.writes.length
  for (let seconds = 0; seconds < 29; seconds++) {
    clock.pass(1_000)
    await passTurns()
  }
  expect(pod.closed).toEqual([])
  slow.sink!.drain(1)
  for (let seconds = 0; seconds < 5; seconds++) {
    clock.pass(1_000)
    await passTurns()
  }
  expect(sink.ending).toBe('destroyed')
  expect(sink.writes).toHaveLength(writes)
  expect(pod.closed).toMatchObject([{ stream: { id: stuck.subscriber!.id }, reason: 'stalled' }])
  expect([idle.isOpen, slow.isOpen]).toEqual([true, true])
})

test('a cut stream resumes by its cursor', async () => {
  using pod = new TestHub()
  const client = await openClient(pod)
  client.isStuck = true
  pod.log.history.publish('a', '1', '2')
  await passTurns(2)
  client.subscriber!.cut('stalled')
  client.isStuck = false
  client.open(pod.hub)
  await passTurns(4)
  expect(client.events.map(({ data }) => data)).toEqual(['1', '2'])
  expect(client.gaps).toEqual([])
})

test('an unexpected error during the search for the start ends the stream with runnel.fault', async () => {
  using pod = new TestHub()
  const failure = new Error('secret of the database')
  pod.log.answering = 'failing'
  pod.log.failure = failure
  const client = await openClient(pod)
  expect(bodyOf(client)).toMatch(
    /^retry: 777\nevent: runnel\.fault\ndata: \{"message":"[^"]+"\}\n\n$/,
  )
  expect(bodyOf(client)).not.toContain('secret')
  expect(client.sink!.ending).toBe('ended')
  expect(pod.closed).toMatchObject([{ reason: 'fault', error: failure }])
})

test('an unexpected error of a later read ends the stream with runnel.fault', async () => {
  // Pages of one event.
  using pod = new TestHub(4_000)
  const positions = pod.log.history.publish('a', '1', '2', '3')
  const client = pod.newClient()
  client.cursor = positions[0]
  client.isStuck = true
  client.open(pod.hub)
  await passTurns(3)
  pod.log.answering = 'failing'
  pod.log.failure = new Error('secret')
  client.isStuck = false
  await passTurns(8)
  expect(client.system.at(-1)).toMatchObject({ event: 'runnel.fault' })
  expect(pod.closed).toMatchObject([{ reason: 'fault', error: pod.log.failure }])
})

test('a client that leaves during the search for its start is neither opened nor written to', async () => {
  using pod = new TestHub()
  pod.log.answering = 'held'
  const client = pod.newClient()
  client.open(pod.hub)
  const sink = client.sink!
  client.leave()
  pod.log.answering = 'at-once'
  pod.log.release()
  await passTurns(3)
  expect(sink.writes).toEqual([])
  expect(pod.opened).toEqual([])
  expect(pod.closed).toHaveLength(1)
  expect(client.releasedSlots).toBe(1)
  expect(pod.hub.subscribers.size).toBe(0)
})

test.for([
  ['end', 'client'],
  ['noise', 'noise'],
  ['reset', 'reset'],
  ['EPIPE', 'reset'],
] as const)('a connection gone by %s is closed as %s, once', async ([cause, reason]) => {
  using pod = new TestHub()
  const client = await openClient(pod)
  client.sink!.break(0, cause)
  client.subscriber!.close('drain')
  client.subscriber!.cut('stalled')
  expect(pod.closed.map((close) => close.reason)).toEqual([reason])
  expect(pod.hub.subscribers.size).toBe(0)
})

test.for<[string, (pod: TestHub, client: HubClient) => void]>([
  ['its client leaves', (_pod, client) => client.leave()],
  ['it is drained', (_pod, client) => client.subscriber!.close('drain')],
  ['it stalls', (_pod, client) => client.subscriber!.cut('stalled')],
  ['its peer vanishes', (pod) => pod.hub.cutVanished(new Set(['']))],
  ['it is too old', (_pod, client) => client.subscriber!.sweep(Number.POSITIVE_INFINITY)],
])('a stream holds its slot until %s, and gives it back once', async ([, end]) => {
  using pod = new TestHub()
  const client = await openClient(pod)
  expect(client.releasedSlots).toBe(0)
  end(pod, client)
  expect(client.releasedSlots).toBe(1)
  client.leave()
  await passTurns(3)
  expect(client.releasedSlots).toBe(1)
})

test.for([
  ['it cannot reach the log', new LogUnavailable('the script says so'), [], 1],
  [
    'the log fails in an unexpected way',
    new Error('secret'),
    [{ reason: 'fault', stream: { openedAt: undefined, resume: 'none' } }],
    0,
  ],
] as const)(
  'a stream that never opens since %s gives back its slot',
  async ([, failure, closed, refused]) => {
    using pod = new TestHub()
    pod.log.answering = 'failing'
    pod.log.failure = failure
    const client = await openClient(pod)
    client.leave()
    expect(client.releasedSlots).toBe(1)
    expect(pod.opened).toEqual([])
    expect(pod.closed).toMatchObject(closed)
    expect(pod.refused).toHaveLength(refused)
  },
)

test('the record of a stream counts the events handed over and has the last cursor', async () => {
  using pod = new TestHub()
  const client = await openClient(pod)
  const positions = pod.log.history.publish('a', '1', '2')
  await passTurns(2)
  client.subscriber!.close('drain')
  const written = client.sink!.writes.reduce((sum, { length }) => sum + length, 0)
  expect(pod.closed[0]!.stream).toMatchObject({ events: 2, lastId: positions[1], channels: ['a'] })
  expect(pod.closed[0]!.stream.bytes).toBe(written)
  expect(pod.hub.delivered).toBe(2)
})

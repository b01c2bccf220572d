import { expect, test, vi } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { RecordingConnect } from '../../test/support/recording-tracing.ts'
import { TestHub } from '../../test/support/test-hub.ts'
import type { Gap } from '../schema/system-events.ts'

async function openTraced(
  pod: TestHub,
  cursor?: string,
): Promise<{ client: HubClient; connect: RecordingConnect }> {
  const client = pod.newClient()
  const connect = new RecordingConnect()
  client.cursor = cursor
  client.connectTrace = connect
  client.open(pod.hub)
  await passTurns(5)
  return { client, connect }
}

test('the trace of an opening ends when the stream is live, and is told of nothing later', async () => {
  using pod = new TestHub()
  pod.settings.subscriberBuffer = 10
  const [start] = pod.log.history.publish('a', '1', '2')
  pod.publishTraced('a', 1, '3', '4')
  const { client, connect } = await openTraced(pod, start)
  const told = {
    openedStreams: [client.subscriber!.id],
    replays: [{ count: 3, missed: [3, 4] }],
    outcomes: [{ kind: 'live' }],
  }
  expect(connect).toMatchObject(told)
  expect(pod.tracing.lateDeliveries).toEqual([])
  client.isStuck = true
  for (const data of ['5', '6', '7']) {
    pod.log.history.publish('a', data)
    await passTurns(2)
  }
  client.isStuck = false
  await passTurns(5)
  client.leave()
  expect(connect).toMatchObject(told)
})

test('a first connect at the top replays nothing', async () => {
  using pod = new TestHub()
  const { connect } = await openTraced(pod)
  expect(connect).toMatchObject({ replays: [], outcomes: [{ kind: 'live' }] })
})

test('a stream that is behind from its start gets late what was accepted since it is open', async () => {
  // The log accepts the event of offset n at second n.
  using _clock = holdDate(2_900)
  using pod = new TestHub()
  const [start] = pod.log.history.publish('a', '1')
  pod.publishTraced('a', 1, 'missed')
  const slow = pod.newClient()
  const connect = new RecordingConnect()
  Object.assign(slow, { cursor: start, connectTrace: connect, isStuck: true })
  slow.open(pod.hub)
  await passTurns(3)
  pod.publishTraced('a', 2, 'late', 'late')
  pod.log.history.publish('a', 'untraced')
  expect(pod.tracing.lateDeliveries).toEqual([])
  slow.isStuck = false
  await passTurns(5)
  expect(pod.tracing.lateDeliveries).toEqual([
    { stream: slow.subscriber, channel: 'a', offsets: [3, 4] },
  ])
  expect(connect.replays).toEqual([{ count: 4, missed: [2] }])
  expect([pod.hub.replayed, pod.hub.lateEvents]).toEqual([4, 0])
})

test('late events of a stream are traced although its opening is not', async () => {
  using _clock = holdDate(1_900)
  using pod = new TestHub()
  pod.publishTraced('a', 1, 'missed')
  const slow = pod.newClient()
  slow.isStuck = true
  slow.open(pod.hub, 'earliest')
  await passTurns(3)
  pod.publishTraced('a', 2, 'late')
  slow.isStuck = false
  await passTurns(5)
  expect(pod.tracing.lateDeliveries).toMatchObject([{ channel: 'a', offsets: [2] }])
})

const failure = new Error('secret')

test.for<[string, unknown, (pod: TestHub) => Promise<RecordingConnect>]>([
  [
    'leaves before its start is found',
    { kind: 'closed', reason: 'reset' },
    async (pod) => {
      pod.log.answering = 'held'
      const { client, connect } = await openTraced(pod)
      client.leave()
      pod.log.answering = 'at-once'
      pod.log.release()
      return connect
    },
  ],
  [
    'is drained before its start is found',
    { kind: 'refused', reason: 'drain' },
    async (pod) => {
      pod.log.answering = 'held'
      const { client, connect } = await openTraced(pod)
      client.subscriber!.close('drain')
      return connect
    },
  ],
  [
    'stalls while it is behind',
    { kind: 'closed', reason: 'stalled' },
    async (pod) => {
      const [start] = pod.log.history.publish('a', '1', '2')
      const client = pod.newClient()
      const connect = new RecordingConnect()
      Object.assign(client, { cursor: start, connectTrace: connect, isStuck: true })
      client.open(pod.hub)
      await passTurns(3)
      client.subscriber!.cut('stalled')
      return connect
    },
  ],
  [
    'vanishes before its start is found',
    { kind: 'closed', reason: 'vanished' },
    async (pod) => {
      pod.log.answering = 'held'
      const { connect } = await openTraced(pod)
      pod.hub.cutVanished(new Set(['']))
      return connect
    },
  ],
  [
    'cannot reach the log',
    { kind: 'refused', reason: 'log' },
    async (pod) => {
      pod.log.answering = 'failing'
      return (await openTraced(pod)).connect
    },
  ],
  [
    'leaves while the log does not answer',
    { kind: 'closed', reason: 'reset' },
    async (pod) => {
      pod.log.answering = 'held'
      const { client, connect } = await openTraced(pod)
      client.leave()
      pod.log.answering = 'failing'
      pod.log.release()
      return connect
    },
  ],
  [
    'fails while its start is looked for',
    { kind: 'closed', reason: 'fault', error: failure },
    async (pod) => {
      Object.assign(pod.log, { answering: 'failing', failure })
      return (await openTraced(pod)).connect
    },
  ],
])('the trace of an opening ends once where the stream %s', async ([, outcome, run]) => {
  using pod = new TestHub()
  const connect = await run(pod)
  await passTurns(5)
  expect(pod.hub.subscribers.size).toBe(0)
  expect(connect.outcomes).toEqual([outcome])
})

test('each stream that closes is traced once, with its reason; a refused one is not', async () => {
  using pod = new TestHub()
  const [{ client }, { client: other }] = [await openTraced(pod), await openTraced(pod)]
  client.leave()
  other.subscriber!.close('drain')
  other.leave()
  pod.log.answering = 'failing'
  await openTraced(pod)
  expect(pod.tracing.closings).toEqual(pod.closed)
  expect(pod.tracing.closings.map(({ reason }) => reason)).toEqual(['reset', 'drain'])
})

test('the observer is told when a stream has first caught up, and of its gaps', async () => {
  const told: unknown[] = []
  using pod = new TestHub(undefined, {
    caughtUp: ({ id }) => told.push(id),
    gapped: ({ id, openedAt }, gaps: readonly Gap[]) =>
      told.push([id, openedAt !== undefined, gaps.map(({ reason, missed }) => [reason, missed])]),
  })
  pod.settings.subscriberBuffer = 10
  const [start] = pod.log.history.publish('a', '1', '2', '3')
  pod.log.history.trim('a', 2)
  const { client } = await openTraced(pod, start)
  const { id } = client.subscriber!
  expect(told).toEqual([[id, true, [['trimmed', 1]]], id])
  client.isStuck = true
  for (const data of ['4', '5']) {
    pod.log.history.publish('a', data)
    await passTurns(2)
  }
  client.isStuck = false
  await passTurns(5)
  pod.log.history.flush()
  pod.log.invalidate()
  await passTurns(5)
  expect(told.slice(2)).toEqual([[id, true, [['epoch-lost', null]]]])
})

/** Stops the wall clock at a time. */
function holdDate(now: number): Disposable {
  vi.useFakeTimers({ toFake: ['Date'], now })
  return { [Symbol.dispose]: () => vi.useRealTimers() }
}

import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { traceContext } from '../../test/support/recording-tracing.ts'
import { openClients, prepare } from '../../test/support/live-clients.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'
import type { LogEvent } from '../log/event-log.ts'

function outcomesOf(pod: TestHub, fanOut = 0): readonly string[] {
  return pod.tracing.fanOuts[fanOut]!.deliveries.map(({ outcome }) => outcome)
}

test('a traced append tells of its arrival, of each live stream, and of its end', async () => {
  using pod = new TestHub()
  prepare(pod)
  const clients = [...(await openClients(pod, 2)), ...(await openClients(pod, 1, ['a', 'b']))]
  const positions = pod.publishTraced('a', 1, 'x', 'y')
  const [{ arrival, ends }] = pod.tracing.fanOuts as [(typeof pod.tracing.fanOuts)[0]]
  expect(arrival).toMatchObject({
    channel: 'a',
    position: positions[1],
    count: 2,
    trace: traceContext(1),
    acceptedAt: 3_000,
    source: 'notification',
    streams: 3,
    live: 3,
  })
  expect(ends).toEqual([])
  await passTurns(2)
  const [{ deliveries }] = pod.tracing.fanOuts as [(typeof pod.tracing.fanOuts)[0]]
  expect(deliveries).toEqual(
    clients.map(({ subscriber }) => ({ stream: subscriber, outcome: 'written', pendingBytes: 0 })),
  )
  const bytes = clients.reduce((sum, { sink }) => sum + sink!.writes.at(-1)!.length, 0)
  expect(ends).toEqual([{ written: 3, dropped: 0, bytes }])
  expect(pod.tracing.fanOuts).toHaveLength(1)
})

test('each append of a batch is a fan-out of its own, and events without a trace are none', async () => {
  using pod = new TestHub()
  prepare(pod)
  await openClients(pod, 1)
  pod.publishTraced('a', 1, 'x')
  pod.log.history.publish('a', 'untraced')
  pod.publishTraced('a', 2, 'y')
  await passTurns(2)
  expect(pod.tracing.fanOuts.map(({ arrival }) => arrival.trace)).toEqual([
    traceContext(1),
    traceContext(2),
  ])
  for (const { deliveries, ends } of pod.tracing.fanOuts) {
    expect([deliveries.length, ends.length]).toEqual([1, 1])
  }
})

test('a read that fills a hole begins a fan-out for each append, with its own events', async () => {
  using pod = new TestHub()
  prepare(pod)
  await openClients(pod, 1)
  pod.log.notifying = 'lost'
  const positions = [pod.publishTraced('a', 1, 'x', 'y'), pod.publishTraced('a', 2, 'z')]
  pod.log.invalidate()
  await passTurns(3)
  expect(pod.tracing.fanOuts).toMatchObject([
    { arrival: { position: positions[0]![1], count: 2, source: 'read', live: 1 }, ends: [{}] },
    { arrival: { position: positions[1]![0], count: 1, source: 'read', live: 1 }, ends: [{}] },
  ])
})

test('a fan-out without live streams ends at once, whatever streams are behind', async () => {
  using pod = new TestHub()
  prepare(pod)
  const behind = pod.newClient()
  behind.isStuck = true
  behind.open(pod.hub, 'earliest')
  await passTurns(3)
  pod.publishTraced('a', 1, 'x')
  expect(pod.tracing.fanOuts).toMatchObject([
    { arrival: { source: 'notification', streams: 1, live: 0 }, ends: [{ written: 0 }] },
  ])
})

test('an append in several batches is delivered with its last event', async () => {
  using pod = new TestHub()
  prepare(pod)
  const [client] = await openClients(pod, 1)
  pod.publishTraced('a', 1, ...Array.from({ length: 3 }, () => 'x'.repeat(60_000)))
  const before = client!.sink!.writes.length
  while (client!.sink!.writes.length < before + 3) {
    expect(outcomesOf(pod)).toEqual([])
    await passTurns()
  }
  expect(pod.tracing.fanOuts).toMatchObject([
    { ends: [{ written: 1, bytes: client!.sink!.writes.at(-1)!.length }] },
  ])
})

test('a fan-out ends with its slices, and does not count those that left before', async () => {
  using pod = new TestHub()
  prepare(pod)
  const clients = await openClients(pod, 600)
  pod.publishTraced('a', 1, 'x')
  await passTurns()
  expect(pod.tracing.fanOuts).toMatchObject([{ arrival: { live: 600 }, ends: [] }])
  expect(outcomesOf(pod)).toHaveLength(250)
  for (const client of clients.slice(-50)) client.leave()
  await passTurns(3)
  expect(pod.tracing.fanOuts).toMatchObject([{ ends: [{ written: 550, dropped: 0 }] }])
})

test.for<[string, (pod: TestHub, clients: readonly HubClient[]) => unknown]>([
  ['all live streams leave', (_pod, clients) => clients.forEach((client) => client.leave())],
  [
    'the last live stream leaves, and others are behind',
    async (pod, clients) => {
      const behind = pod.newClient()
      behind.isStuck = true
      behind.open(pod.hub)
      await Promise.resolve()
      clients.forEach((client) => client.leave())
      expect(Object.fromEntries(pod.hub.subscriptions())).toEqual({ a: 1 })
    },
  ],
  [
    'the history forks',
    async ({ log }) => {
      log.history.failOver(1)
      log.invalidate()
      await passTurns(4)
    },
  ],
  ['the hub closes', ({ hub }) => hub.close()],
])('a fan-out that is not delivered ends once, when %s', async ([, stop]) => {
  using pod = new TestHub()
  prepare(pod)
  const clients = await openClients(pod, 2)
  pod.publishTraced('a', 1, 'x')
  await stop(pod, clients)
  expect(pod.tracing.fanOuts).toMatchObject([
    { deliveries: [], ends: [{ written: 0, dropped: 0, bytes: 0 }] },
  ])
  await passTurns(4)
  expect(pod.tracing.fanOuts[0]!.ends).toHaveLength(1)
})

test('a fan-out that takes too long ends without the rest', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  prepare(pod)
  await openClients(pod, 600)
  pod.publishTraced('a', 1, 'x')
  await passTurns()
  clock.pass(4_000)
  expect(pod.tracing.fanOuts[0]!.ends).toEqual([])
  clock.pass(2_000)
  expect(pod.tracing.fanOuts).toMatchObject([{ ends: [{ written: 250 }] }])
  await passTurns(4)
  expect([outcomesOf(pod).length, pod.tracing.fanOuts[0]!.ends.length]).toEqual([250, 1])
})

test('fan-outs under way are bounded', async () => {
  using pod = new TestHub()
  prepare(pod)
  await openClients(pod, 1)
  for (let trace = 1; trace <= 1_010; trace++) pod.publishTraced('a', trace, 'x')
  expect(pod.tracing.fanOuts.filter(({ ends }) => ends.length > 0)).toHaveLength(10)
  await passTurns(3)
  expect(pod.tracing.fanOuts.every(({ ends }) => ends.length === 1)).toBe(true)
})

test('the observer is told of each batch that is received, and of each that is fanned out', async () => {
  const received: unknown[] = []
  const durations: number[] = []
  using pod = new TestHub(undefined, {
    received: (channel, events: readonly LogEvent[]) =>
      received.push([channel, events.map(({ data }) => data)]),
    fannedOut: (duration) => durations.push(duration),
  })
  prepare(pod)
  await openClients(pod, 600)
  pod.log.history.publish('a', '1', '2')
  pod.log.history.publish('a', '3')
  pod.log.notifying = 'lost'
  pod.log.history.publish('a', '4')
  pod.log.history.publish('a', '5')
  pod.log.invalidate()
  await passTurns(1)
  expect(durations).toEqual([])
  await passTurns(8)
  pod.log.history.publish('b', 'nobody follows it')
  expect(received).toEqual([
    ['a', ['1', '2']],
    ['a', ['3']],
    ['a', ['4', '5']],
  ])
  expect(durations).toHaveLength(1)
  expect(durations[0]).toBeGreaterThanOrEqual(0)
})

import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { traceContext } from '../../test/support/recording-tracing.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'
import { numbers } from '../../test/support/open-tail.ts'

async function openClient(pod: TestHub): Promise<HubClient> {
  const client = pod.newClient()
  client.open(pod.hub)
  await passTurns(3)
  return client
}

test('an announced append of a channel without subscribers is a fan-out to nobody', async () => {
  using pod = new TestHub()
  await openClient(pod)
  pod.publishTraced('b', 1, 'x', 'y')
  expect(pod.tracing.fanOuts).toMatchObject([
    {
      arrival: {
        channel: 'b',
        position: pod.log.history.top('b'),
        count: 2,
        trace: traceContext(1),
        acceptedAt: 1_000,
        source: 'announcement',
        streams: 0,
        live: 0,
      },
      ends: [{ written: 0, dropped: 0, bytes: 0 }],
    },
  ])
})

test('an announcement that comes before the events waits for them', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.log.history.publish('a', 'before')
  await openClient(pod)
  pod.log.announcing = 'before'
  pod.log.notifying = 'late'
  pod.publishTraced('a', 1, 'x')
  clock.pass(3_000)
  pod.log.deliverLate()
  clock.pass(9_000)
  expect(pod.tracing.fanOuts.map(({ arrival }) => arrival)).toMatchObject([
    { source: 'notification', streams: 1, live: 1 },
  ])
})

test('an announcement is a fan-out within seconds, if the events do not come', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.log.history.publish('a', 'before')
  await openClient(pod)
  const announcedAt = performance.now()
  pod.log.notifying = 'lost'
  pod.publishTraced('a', 1, 'x')
  clock.pass(4_000)
  expect(pod.tracing.fanOuts).toEqual([])
  clock.pass(2_000)
  // The events come too late for a second fan-out.
  pod.log.invalidate()
  await passTurns(3)
  expect(pod.tracing.fanOuts).toMatchObject([
    { arrival: { source: 'announcement', at: announcedAt, streams: 1, live: 0 }, ends: [{}] },
  ])
})

test('an append that a tail opens after is a fan-out once it is open', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.log.answering = 'held'
  const client = pod.newClient()
  client.open(pod.hub)
  pod.log.notifying = 'lost'
  pod.publishTraced('a', 1, 'x')
  clock.pass(2_000)
  expect(pod.tracing.fanOuts).toEqual([])
  pod.log.answering = 'at-once'
  pod.log.release()
  await passTurns(3)
  clock.pass(1_000)
  expect(pod.tracing.fanOuts).toMatchObject([
    { arrival: { source: 'announcement', streams: 1, live: 0 } },
  ])
})

test('an append that a tail got before it closed is no second fan-out', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.log.history.publish('a', 'before')
  const client = await openClient(pod)
  client.leave()
  pod.log.announcing = 'late'
  pod.publishTraced('a', 1, 'x')
  clock.pass(9_000)
  expect(pod.hub.channels).toBe(0)
  pod.log.announceLate()
  expect(pod.tracing.fanOuts).toMatchObject([
    { arrival: { source: 'notification', streams: 0, live: 0 }, ends: [{}] },
  ])
})

test('an append that a read returned in part, or not at all, is one fan-out', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.log.history.publish('a', 'before')
  await openClient(pod)
  pod.log.notifying = 'lost'
  for (const trace of [1, 2, 3]) pod.publishTraced('a', trace, ...numbers(1, 700))
  pod.log.invalidate()
  await passTurns(3)
  clock.pass(1_000)
  const arrivals = pod.tracing.fanOuts.map(({ arrival }) => arrival)
  expect(arrivals).toMatchObject([
    { trace: traceContext(1), source: 'read', count: 700 },
    { trace: traceContext(2), source: 'read', count: 300 },
    { trace: traceContext(3), source: 'announcement', count: 700 },
  ])
})

test('appends with one context, as a client may write it, are a fan-out each', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.log.history.publish('a', 'before')
  const positions = [1, 2].flatMap(() => pod.publishTraced('b', 1, 'x'))
  await openClient(pod)
  positions.push(...[1, 2].flatMap(() => pod.publishTraced('a', 1, 'x')))
  await passTurns(3)
  pod.log.history.failOver(4)
  positions.push(...pod.publishTraced('b', 1, 'x'))
  clock.pass(9_000)
  expect(pod.tracing.fanOuts.map(({ arrival }) => arrival.position)).toEqual(positions)
})

test('announcements that wait are bounded', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.log.history.publish('a', 'before')
  await openClient(pod)
  pod.log.notifying = 'lost'
  for (let trace = 1; trace <= 1_010; trace++) pod.publishTraced('a', trace, 'x')
  expect(pod.tracing.fanOuts.map(({ arrival }) => arrival.trace)).toEqual(
    Array.from({ length: 10 }, (_, index) => traceContext(index + 1)),
  )
  clock.pass(9_000)
  expect(pod.tracing.fanOuts).toHaveLength(1_010)
})

test('a hub watches from its start until it is closed, and then traces what waits', async () => {
  const pod = new TestHub()
  expect(pod.log.watchers).toBe(1)
  await openClient(pod)
  pod.log.notifying = 'lost'
  pod.publishTraced('a', 1, 'x')
  pod.hub.close()
  expect(pod.log.watchers).toBe(0)
  expect(pod.tracing.fanOuts).toHaveLength(1)
})

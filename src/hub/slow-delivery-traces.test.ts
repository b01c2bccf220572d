import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { openClients, prepare } from '../../test/support/live-clients.ts'
import { TestHub } from '../../test/support/test-hub.ts'

test('a stream whose bytes wait is slow until its socket has taken them', async () => {
  using pod = new TestHub()
  prepare(pod)
  const [slow] = await openClients(pod, 2)
  slow!.isStuck = true
  pod.publishTraced('a', 1, 'x')
  await passTurns(2)
  const [fanOut] = pod.tracing.fanOuts
  const { pendingBytes } = slow!.sink!
  expect(fanOut).toMatchObject({
    deliveries: [
      { stream: slow!.subscriber, outcome: 'written', pendingBytes },
      { pendingBytes: 0 },
    ],
    slowDeliveries: [{ stream: slow!.subscriber, ending: 'waiting' }],
    ends: [{ written: 2 }],
  })
  expect(pendingBytes).toBeGreaterThan(0)
  slow!.isStuck = false
  await passTurns()
  expect(fanOut!.slowDeliveries).toMatchObject([{ ending: 'drained' }])
  slow!.leave()
  expect(fanOut!.slowDeliveries).toMatchObject([{ ending: 'drained' }])
})

test('a slow delivery is cut if the stream ends first', async () => {
  using pod = new TestHub()
  prepare(pod)
  const [slow] = await openClients(pod, 1)
  slow!.isStuck = true
  pod.publishTraced('a', 1, 'x')
  await passTurns(2)
  slow!.subscriber!.cut('stalled')
  expect(pod.tracing.fanOuts[0]!.slowDeliveries).toMatchObject([{ ending: 'cut: stalled' }])
})

test('the slow deliveries of one stream are bounded', async () => {
  using pod = new TestHub()
  prepare(pod)
  const [slow] = await openClients(pod, 1)
  slow!.isStuck = true
  for (let trace = 1; trace <= 20; trace++) {
    pod.publishTraced('a', trace, 'x')
    await passTurns(2)
  }
  const slowDeliveries = () => pod.tracing.fanOuts.flatMap((fanOut) => fanOut.slowDeliveries)
  expect(slowDeliveries()).toHaveLength(8)
  slow!.isStuck = false
  await passTurns()
  expect(slowDeliveries().every(({ ending }) => ending === 'drained')).toBe(true)
})

test('a stream whose buffer is full is dropped, and late once it has read the events', async () => {
  using pod = new TestHub()
  pod.settings.subscriberBuffer = 100
  prepare(pod)
  const [full] = await openClients(pod, 2)
  full!.isStuck = true
  pod.log.history.publish('a', 'x'.repeat(90))
  await passTurns(2)
  const { pendingBytes } = full!.sink!
  pod.publishTraced('a', 1, 'y', 'z')
  pod.log.history.publish('a', 'untraced')
  await passTurns(2)
  expect(pod.tracing.fanOuts).toMatchObject([
    {
      arrival: { streams: 2, live: 2 },
      deliveries: [
        { stream: full!.subscriber, outcome: 'dropped', pendingBytes },
        { outcome: 'written' },
      ],
      ends: [{ written: 1, dropped: 1 }],
    },
  ])
  expect([pod.hub.droppedEvents, pod.hub.replayed]).toEqual([3, 0])
  pod.publishTraced('a', 2, 'behind')
  expect(pod.tracing.fanOuts[1]!.arrival).toMatchObject({ streams: 2, live: 1 })
  expect(pod.tracing.lateDeliveries).toEqual([])
  full!.isStuck = false
  await passTurns(5)
  expect(pod.tracing.lateDeliveries).toEqual([
    { stream: full!.subscriber, channel: 'a', offsets: [3, 4, 6] },
  ])
  expect(pod.hub.replayed).toBe(4)
})

test('late events are told by channel', async () => {
  using pod = new TestHub()
  pod.settings.subscriberBuffer = 10
  prepare(pod)
  const [full] = await openClients(pod, 1, ['a', 'b'])
  full!.isStuck = true
  pod.log.history.publish('a', 'x')
  await passTurns(2)
  pod.publishTraced('a', 1, 'y')
  pod.publishTraced('b', 2, 'z')
  await passTurns(2)
  full!.isStuck = false
  await passTurns(5)
  expect(pod.tracing.lateDeliveries.toSorted((a, b) => (a.channel < b.channel ? -1 : 1))).toEqual([
    { stream: full!.subscriber, channel: 'a', offsets: [3] },
    { stream: full!.subscriber, channel: 'b', offsets: [2] },
  ])
})

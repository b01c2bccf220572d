import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { FakeSink } from '../../test/support/fake-sink.ts'
import { streamRequest } from '../../test/support/stream-request.ts'
import { TestHub } from '../../test/support/test-hub.ts'

test('sent bytes are all that streams were written, closings and refusals too', async () => {
  using pod = new TestHub()
  const clients = [pod.newClient(), pod.newClient(['a', 'b'], 'chunked')]
  for (const client of clients) client.open(pod.hub)
  await passTurns(3)
  pod.log.history.publish('a', '1', '2')
  await passTurns(3)
  clients[0]!.subscriber!.close('drain')
  pod.log.answering = 'failing'
  const refused = pod.newClient(['c'])
  refused.open(pod.hub)
  await passTurns(3)
  const written = [...clients, refused].flatMap(({ sink }) => sink!.writes)
  expect(pod.hub.sentBytes).toBe(written.reduce((sum, { length }) => sum + length, 0))
})

test('events that were read from the log count as replayed, live ones do not', async () => {
  using pod = new TestHub()
  pod.log.history.publish('a', '1', '2', '3')
  const client = pod.newClient()
  client.open(pod.hub, 'earliest')
  await passTurns(4)
  pod.log.history.publish('a', '4')
  await passTurns(2)
  expect([pod.hub.replayed, pod.hub.delivered, pod.hub.droppedEvents]).toEqual([3, 4, 0])
  expect(pod.hub.lateEvents).toBe(0)
})

test('all events of a stream that has fallen behind count as late, those dropped only when it falls', async () => {
  using pod = new TestHub()
  pod.settings.subscriberBuffer = 10
  pod.log.history.publish('a', '1', '2')
  const client = pod.newClient()
  client.open(pod.hub, 'earliest')
  await passTurns(4)
  client.isStuck = true
  for (const data of ['waits', 'dropped', 'behind', 'behind', 'behind']) {
    pod.log.history.publish('a', data)
    await passTurns(2)
  }
  expect([pod.hub.droppedEvents, pod.hub.lateEvents]).toEqual([1, 0])
  client.isStuck = false
  await passTurns(5)
  expect([pod.hub.droppedEvents, pod.hub.lateEvents]).toEqual([1, 4])
  expect([pod.hub.replayed, pod.hub.delivered]).toEqual([6, 7])
})

test('buffered bytes are those of all streams, and of the one that holds most', async () => {
  using pod = new TestHub()
  expect(pod.hub.bufferedBytes()).toEqual({ total: 0, max: 0 })
  const clients = [pod.newClient(['a']), pod.newClient(['b']), pod.newClient(['a', 'b'])]
  for (const client of clients) client.open(pod.hub)
  await passTurns(3)
  for (const client of clients.slice(0, 2)) client.isStuck = true
  pod.log.history.publish('a', 'x')
  pod.log.history.publish('b', 'x'.repeat(100))
  await passTurns(3)
  const [a, b] = clients.map(({ sink }) => sink!.pendingBytes) as [number, number]
  expect(b).toBeGreaterThan(a)
  expect(pod.hub.bufferedBytes()).toEqual({ total: a + b, max: b })
})

test('subscriptions count each stream in each of its channels, and forget channels without any', async () => {
  using pod = new TestHub()
  const clients = [pod.newClient(['a']), pod.newClient(['a'], 'chunked'), pod.newClient(['a', 'b'])]
  for (const client of clients) client.open(pod.hub)
  const sink = new FakeSink('raw')
  const selection = { channels: ['b'], envelope: true, framing: 'raw' } as const
  pod.hub.open(selection, sink, streamRequest({ from: 'latest' }))
  const counts = () => Object.fromEntries(pod.hub.subscriptions())
  expect(counts()).toEqual({ a: 3, b: 2 })
  clients[1]!.leave()
  sink.break(0)
  expect(counts()).toEqual({ a: 2, b: 1 })
  clients[2]!.leave()
  expect(counts()).toEqual({ a: 1 })
  clients[0]!.leave()
  expect(counts()).toEqual({})
})

test('a stream has caught up once, however often it falls behind later', async () => {
  const caughtUp: string[] = []
  using pod = new TestHub(undefined, { caughtUp: (stream) => caughtUp.push(stream.id) })
  pod.settings.subscriberBuffer = 10
  const client = pod.newClient()
  client.open(pod.hub)
  await passTurns(4)
  for (let round = 0; round < 2; round++) {
    client.isStuck = true
    for (const data of ['waits', 'dropped', 'behind']) {
      pod.log.history.publish('a', data)
      await passTurns(2)
    }
    client.isStuck = false
    await passTurns(5)
  }
  expect(pod.hub.droppedEvents).toBe(2)
  expect(pod.isAtTop(client)).toBe(true)
  expect(caughtUp).toEqual([client.subscriber!.id])
})

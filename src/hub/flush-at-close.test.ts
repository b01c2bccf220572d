/** Streams that are closed while events wait for the flush of their group. */
import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { collectingHub, dataOf, openLive } from '../../test/support/collecting-hub.ts'
import { holdClock } from '../../test/support/test-hub.ts'

const INTERVAL = 20

test.each([[['a']], [['a', 'b']]])(
  'streams of %s that are closed get the collected events before their closing events',
  async (channels) => {
    using _clock = holdClock()
    using pod = collectingHub(INTERVAL)
    const clients = await openLive(pod, 3, channels)
    pod.log.history.publish('a', '1', '2')
    for (const { subscriber } of clients) subscriber!.close('drain')
    for (const one of clients) {
      expect(dataOf(one)).toEqual(['1', '2'])
      expect(one.system.at(-1)!.event).toBe('runnel.drain')
    }
    // They share the bytes, as in a fan-out.
    expect(new Set(clients.map(({ sink }) => sink!.writes.at(-2))).size).toBe(1)
  },
)

test('streams that are closed one after another get what has come by then, each event once', async () => {
  using clock = holdClock()
  using pod = collectingHub(INTERVAL)
  const [first, second, third] = await openLive(pod, 3)
  pod.log.history.publish('a', '1')
  first!.subscriber!.close('drain')
  pod.log.history.publish('a', '2')
  second!.subscriber!.close('drain')
  clock.pass(INTERVAL)
  await passTurns(3)
  pod.log.history.publish('a', '3')
  third!.subscriber!.close('drain')
  expect([first, second, third].map((one) => dataOf(one!).join())).toEqual(['1', '1,2', '1,2,3'])
})

test('a stream that opens once the others are closed, and is closed itself, gets no event again', async () => {
  using _clock = holdClock()
  using pod = collectingHub(INTERVAL)
  const [early] = await openLive(pod, 1)
  // It keeps the group, and is no member of it.
  const behind = pod.newClient()
  behind.isStuck = true
  behind.open(pod.hub)
  await passTurns(8)
  pod.log.history.publish('a', '1')
  early!.subscriber!.close('drain')
  const [late] = await openLive(pod, 1)
  expect(late!.subscriber!.group).toBe(early!.subscriber!.group)
  late!.subscriber!.close('drain')
  expect([dataOf(late!), late!.objections]).toEqual([[], []])
})

test.each([0, INTERVAL])(
  'a stream that is closed while its events are due writes its closing event only, at %i ms',
  async (interval) => {
    using clock = holdClock()
    using pod = collectingHub(interval)
    const [one] = await openLive(pod, 1)
    const { writes } = one!.sink!
    const opening = writes.length
    pod.log.history.publish('a', '1')
    clock.pass(interval)
    one!.subscriber!.close('drain')
    expect(writes.length - opening).toBe(1)
    expect(one!.system.at(-1)!.event).toBe('runnel.drain')
    one!.open(pod.hub)
    await passTurns(8)
    expect([dataOf(one!), one!.objections]).toEqual([['1'], []])
  },
)

test('a stream that is closed before a fan-out has come to it gets no event that follows', async () => {
  using clock = holdClock()
  using pod = collectingHub(INTERVAL)
  const clients = await openLive(pod, 700)
  pod.log.history.publish('a', '1')
  clock.pass(INTERVAL)
  await passTurns(1)
  const [waiting] = clients.filter((one) => dataOf(one).length === 0)
  pod.log.history.publish('a', '2')
  waiting!.subscriber!.close('drain')
  expect([dataOf(waiting!), waiting!.objections]).toEqual([[], []])
  waiting!.open(pod.hub)
  clock.pass(INTERVAL)
  await passTurns(8)
  expect(dataOf(waiting!)).toEqual(['1', '2'])
})

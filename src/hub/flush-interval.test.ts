/** Streams of a hub that collects the events of a channel for a while before it writes them. */
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { offsetOf } from '../../test/support/event-ledger.ts'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { collectingHub, dataOf, openLive } from '../../test/support/collecting-hub.ts'
import { holdClock, type TestHub } from '../../test/support/test-hub.ts'

const INTERVAL = 20
/** Any client is at this position or beyond. */
const NOWHERE = 'ep000001-0'

test('events share a write when the interval of the first is over, and not before', async () => {
  using clock = holdClock()
  using pod = collectingHub(INTERVAL)
  const [client] = await openLive(pod, 1)
  const opening = client!.sink!.writes.length
  for (const data of ['1', '2', '3']) {
    pod.log.history.publish('a', data)
    clock.pass(6)
    await passTurns(3)
    expect(dataOf(client!)).toEqual([])
  }
  clock.pass(2)
  await passTurns(3)
  expect(dataOf(client!)).toEqual(['1', '2', '3'])
  expect(client!.sink!.writes).toHaveLength(opening + 1)
})

test('one timer serves all channels, and none runs while nothing waits, or at an interval of 0', async () => {
  using clock = holdClock()
  using pod = collectingHub(INTERVAL)
  const clients = [pod.newClient(['a']), pod.newClient(['b']), pod.newClient(['a', 'b'])]
  for (const client of clients) client.open(pod.hub)
  await passTurns(8)
  const atRest = vi.getTimerCount()
  for (const channel of ['a', 'b', 'a']) pod.log.history.publish(channel, 'x')
  expect(vi.getTimerCount()).toBe(atRest + 1)
  clock.pass(INTERVAL)
  await passTurns(3)
  expect(clients.every((client) => pod.isAtTop(client))).toBe(true)
  expect(vi.getTimerCount()).toBe(atRest)
  pod.settings.flushInterval = 0
  pod.log.history.publish('a', 'y')
  expect(vi.getTimerCount()).toBe(atRest)
  await passTurns(2)
  expect(clients.every((client) => pod.isAtTop(client))).toBe(true)
})

const channel = fc.constantFrom('a', 'b')
const client = fc.nat(5)
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('publish' as const), channel }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), client }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), client }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), client }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.integer({ min: 1, max: 30 }),
      }),
    },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
)

test('no event waits longer than the interval, whatever comes, goes and closes meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(1, 10, 25, 100), async (script, interval) => {
      using clock = holdClock()
      using pod = collectingHub(interval)
      const clients = [['a'], ['a'], ['a'], ['a', 'b'], ['a', 'b'], ['b']].map((channels) =>
        pod.newClient(channels),
      )
      /** The tops of each ms so far, the newest last. */
      const tops = [topsOf(pod)]
      for (const step of script) {
        const chosen = 'client' in step ? clients[step.client]! : undefined
        if (step.do === 'publish') pod.log.history.publish(step.channel, `${tops.length}`)
        if (step.do === 'open' && !chosen!.isOpen) {
          chosen!.open(pod.hub)
          await passTurns(8)
        }
        if (step.do === 'leave') chosen!.leave()
        if (step.do === 'close' && chosen!.isOpen) chosen!.subscriber!.close('shed')
        for (let passed = 0; step.do === 'wait' && passed < step.ms; passed++) {
          tops.push(topsOf(pod))
          clock.pass(1)
          await passTurns(3)
          const due = tops.at(-interval)
          for (const open of clients.filter(({ isOpen }) => isOpen)) expectAt(open, due)
        }
        expect(clients.flatMap(({ objections }) => objections)).toEqual([])
      }
    }),
    { numRuns: 100 },
  )
})

function topsOf(pod: TestHub): Readonly<Record<string, string>> {
  return { a: pod.log.history.top('a'), b: pod.log.history.top('b') }
}

/** The client has all events up to these positions, if any. */
function expectAt({ channels, cursor }: HubClient, due: Readonly<Record<string, string>> = {}) {
  const offsets = cursor!.split('.').map(offsetOf)
  for (const [index, name] of channels.entries()) {
    expect(offsets[index]).toBeGreaterThanOrEqual(offsetOf(due[name] ?? NOWHERE))
  }
}

test('events whose interval ends during a fan-out follow it at once', async () => {
  using clock = holdClock()
  using pod = collectingHub(INTERVAL)
  const clients = await openLive(pod, 700)
  pod.log.history.publish('a', '1')
  clock.pass(INTERVAL)
  await passTurns(1)
  expect(clients.some((one) => dataOf(one).length === 0)).toBe(true)
  pod.log.history.publish('a', '2')
  clock.pass(INTERVAL)
  await passTurns(8)
  expect(clients.every((one) => dataOf(one).join() === '1,2')).toBe(true)
})

test('a stream that opens behind collected events makes them due, and is live at once', async () => {
  using _clock = holdClock()
  using pod = collectingHub(INTERVAL)
  const [early] = await openLive(pod, 1)
  pod.log.history.publish('a', '1')
  const [late] = await openLive(pod, 1)
  expect(dataOf(early!)).toEqual(['1'])
  expect([early, late].map((one) => one!.subscriber!.group.live)).toEqual([2, 2])
})

test('streams whose history forks behind collected events get each kept event, and true gaps', async () => {
  using clock = holdClock()
  using pod = collectingHub(INTERVAL)
  const clients = await openLive(pod, 2)
  pod.log.history.publish('a', 'flushed')
  clock.pass(INTERVAL)
  await passTurns(3)
  pod.log.history.publish('a', '1', '2')
  // Both events are lost, and the one before them that the streams have.
  pod.log.history.failOver(2)
  pod.log.history.publish('a', 'after')
  const [late] = await openLive(pod, 1)
  pod.log.history.publish('a', 'live')
  clock.pass(INTERVAL)
  await passTurns(8)
  for (const one of clients) {
    expect(one.gaps.map(({ reason }) => reason)).toEqual(['diverged'])
    expect(dataOf(one)).toEqual(['flushed', 'after', 'live'])
  }
  for (const one of [...clients, late!]) {
    expect([one.objections, pod.isAtTop(one)]).toEqual([[], true])
  }
  expect(late!.subscriber!.group.live).toBe(3)
})

test('the fan-out of a traced append ends with the flush, and counts a stream that is closed before', async () => {
  using clock = holdClock()
  using pod = collectingHub(INTERVAL)
  const [closed, open] = await openLive(pod, 2)
  pod.publishTraced('a', 1, 'x')
  closed!.subscriber!.close('drain')
  const [fanOut] = pod.tracing.fanOuts
  expect(fanOut!.ends).toEqual([])
  clock.pass(INTERVAL)
  await passTurns(3)
  expect(fanOut!.deliveries.map(({ stream }) => stream)).toEqual([
    closed!.subscriber,
    open!.subscriber,
  ])
  expect(fanOut!.ends).toMatchObject([{ written: 2, dropped: 0 }])
})

test('a heartbeat does not disturb collected events', async () => {
  using clock = holdClock()
  using pod = collectingHub(100)
  pod.settings.heartbeat = 50
  // The rounds of heartbeats follow the setting after a second.
  clock.pass(1_000)
  const [one] = await openLive(pod, 1)
  clock.pass(40)
  pod.log.history.publish('a', '1')
  for (let passed = 0; passed < 80; passed += 10) {
    clock.pass(10)
    await passTurns(3)
  }
  expect(String(one!.sink!.writes.at(-1))).toBe(':\n')
  clock.pass(20)
  await passTurns(3)
  expect(dataOf(one!)).toEqual(['1'])
  expect(one!.objections).toEqual([])
})

test('a closed hub leaves no flush behind', async () => {
  using _clock = holdClock()
  const pod = collectingHub(INTERVAL)
  const [one] = await openLive(pod, 1)
  pod.log.history.publish('a', '1')
  one!.leave()
  pod.hub.close()
  expect(vi.getTimerCount()).toBe(0)
})

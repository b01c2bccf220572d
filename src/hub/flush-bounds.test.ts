/** Streams of a hub that collects events for 100 ms, while more comes in that time than it may keep. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { collectingHub, openLive } from '../../test/support/collecting-hub.ts'
import { holdClock, type TestHub } from '../../test/support/test-hub.ts'

const INTERVAL = 100
const MEBIBYTE = 1024 ** 2

let clock: ReturnType<typeof holdClock>
beforeEach(() => {
  clock = holdClock()
})
afterEach(() => {
  clock[Symbol.dispose]()
})

async function passMilliseconds(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed++) {
    clock.pass(1)
    await passTurns(3)
  }
}

/** What the streams got besides live events. */
function faultsOf(pod: TestHub, clients: readonly HubClient[]): unknown {
  const { replayed, lateEvents, droppedEvents } = pod.hub
  const gaps = clients.flatMap((client) => client.gaps)
  const objections = clients.flatMap((client) => client.objections)
  const behind = clients.filter((client) => !pod.isAtTop(client)).length
  return { replayed, lateEvents, droppedEvents, gaps, objections, behind }
}

const NONE = { replayed: 0, lateEvents: 0, droppedEvents: 0, gaps: [], objections: [], behind: 0 }

test('a history shorter than an interval of events delivers all of them live, and many in a write', async () => {
  using pod = collectingHub(INTERVAL)
  const clients = await openLive(pod, 1)
  pod.settings.historyEvents = 100
  const { writes } = clients[0]!.sink!
  const opening = writes.length
  for (let published = 0; published < 2_500; published += 5) {
    pod.log.history.publish('a', '1', '2', '3', '4', '5')
    if (published >= 100) pod.log.history.trim('a', 5)
    if (published % 2 === 0) await passMilliseconds(1)
    await passTurns()
  }
  await passMilliseconds(INTERVAL)
  expect(faultsOf(pod, clients)).toEqual(NONE)
  expect(clients[0]!.events).toHaveLength(2_500)
  expect(writes.length - opening).toBeLessThanOrEqual(2_500 / 20)
})

test('a history of one event delivers each of them live', async () => {
  using pod = collectingHub(INTERVAL)
  const clients = await openLive(pod, 1)
  pod.settings.historyEvents = 1
  for (const data of ['1', '2', '3']) {
    pod.log.history.publish('a', data)
    pod.log.history.trim('a', 1)
    await passTurns(2)
  }
  expect(faultsOf(pod, clients)).toEqual(NONE)
})

test('events that fill a batch are written at once, and the next wait for a whole interval', async () => {
  using pod = collectingHub(INTERVAL)
  const clients = await openLive(pod, 1)
  await passMilliseconds(1)
  const atRest = vi.getTimerCount()
  for (let published = 0; published < 3; published++) {
    expect(clients[0]!.events).toEqual([])
    pod.log.history.publish('a', 'x'.repeat(25_000))
    await passMilliseconds(1)
  }
  expect(clients[0]!.events).toHaveLength(3)
  expect(vi.getTimerCount()).toBe(atRest)
  pod.log.history.publish('a', 'next')
  await passMilliseconds(INTERVAL - 1)
  expect(clients[0]!.events).toHaveLength(3)
  await passMilliseconds(1)
  expect(faultsOf(pod, clients)).toEqual(NONE)
})

test('a socket that takes each batch before the next comes does not fall behind', async () => {
  using pod = collectingHub(INTERVAL)
  const clients = await openLive(pod, 1)
  const [client] = clients
  client!.isStuck = true
  for (let published = 0; published < 200; published++) {
    pod.log.history.publish('a', 'x'.repeat(10_000))
    await passMilliseconds(1)
    client!.sink!.drain()
  }
  await passMilliseconds(INTERVAL)
  client!.sink!.drain()
  expect(faultsOf(pod, clients)).toEqual(NONE)
})

test('events of many channels are written before they leave the memory for live events', async () => {
  const channels = Array.from({ length: 20 }, (_, index) => `c${index}`)
  // A quarter of the memory is for live events: 20 of these.
  using pod = collectingHub(INTERVAL, channels, MEBIBYTE)
  const clients = (await Promise.all(channels.map((one) => openLive(pod, 1, [one])))).flat()
  for (let published = 0; published < 200; published++) {
    pod.log.history.publish(channels[published % channels.length]!, 'x'.repeat(6_500))
    await passMilliseconds(1)
  }
  await passMilliseconds(INTERVAL)
  expect(faultsOf(pod, clients)).toEqual(NONE)
})

test('a flush for want of memory is followed by whole intervals', async () => {
  using pod = collectingHub(INTERVAL, ['a'], MEBIBYTE)
  const [client] = await openLive(pod, 1)
  for (let published = 0; published < 3; published++) {
    pod.log.history.publish('a', 'x'.repeat(40_000))
    await passTurns(3)
    expect(client!.events).toHaveLength(published + 1)
  }
  pod.log.history.publish('a', 'small')
  await passMilliseconds(INTERVAL - 1)
  expect(client!.events).toHaveLength(3)
  await passMilliseconds(1)
  expect(faultsOf(pod, [client!])).toEqual(NONE)
})

test('a flush for want of memory counts from the oldest event that waits', async () => {
  // A quarter of the memory is for live events, a quarter of which may wait: 64 KiB.
  using pod = collectingHub(INTERVAL, ['a', 'b'], MEBIBYTE)
  const [early] = await openLive(pod, 1, ['a'])
  const [other] = await openLive(pod, 1, ['b'])
  pod.log.history.publish('a', 'x'.repeat(25_000))
  pod.log.history.publish('b', 'small')
  // It makes the event before due that its own group has collected.
  await openLive(pod, 1, ['a'])
  expect(early!.events).toHaveLength(1)
  pod.log.history.publish('b', 'x'.repeat(15_000))
  await passMilliseconds(1)
  expect(other!.events).toEqual([])
  await passMilliseconds(INTERVAL)
  expect(other!.events).toHaveLength(2)
  expect(faultsOf(pod, [early!, other!])).toEqual(NONE)
})

test('a burst of more events than may wait sets one timer', async () => {
  using pod = collectingHub(INTERVAL)
  const clients = await openLive(pod, 1)
  pod.settings.historyEvents = 20
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  for (let published = 0; published < 20; published++) pod.log.history.publish('a', 'x')
  expect(setTimer).toHaveBeenCalledTimes(1)
  setTimer.mockRestore()
  await passTurns(3)
  expect(clients[0]!.events).toHaveLength(20)
  expect(faultsOf(pod, clients)).toEqual(NONE)
})

test('events of channels without live streams count, too: they need the same memory', async () => {
  using pod = collectingHub(INTERVAL, ['a'], MEBIBYTE)
  const clients = await openLive(pod, 1)
  // A poll leaves its channel in use for a while.
  await pod.newClient(['polled']).poll(pod.hub, 1)
  pod.log.history.publish('a', '1')
  for (let published = 0; published < 20; published++) {
    pod.log.history.publish('polled', 'x'.repeat(6_500))
    if (published % 2 === 0) pod.log.history.publish('a', '2')
    await passTurns(3)
  }
  await passMilliseconds(INTERVAL)
  expect(faultsOf(pod, clients)).toEqual(NONE)
})

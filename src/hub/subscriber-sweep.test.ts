import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'
import type { Subscriber } from './subscriber.ts'
import { SubscriberSweep } from './subscriber-sweep.ts'
import { WriteScheduler } from './write-scheduler.ts'

const PASSING_STEP = 100

function newWrites({ sink }: HubClient, from: number): string[] {
  return (sink?.writes ?? []).slice(from).map(String)
}

/** Moves the clock in small steps, so that each round of the sweep gets its turn of the event loop. */
async function passTime(clock: { pass(milliseconds: number): void }, milliseconds: number) {
  for (let passed = 0; passed < milliseconds; passed += PASSING_STEP) {
    clock.pass(Math.min(PASSING_STEP, milliseconds - passed))
    await passTurns()
  }
}

async function openClient(pod: TestHub, ping = false): Promise<HubClient> {
  const client = pod.newClient()
  client.open(pod.hub, 'latest', ping)
  await passTurns(3)
  return client
}

test('a heartbeat comes after its interval of silence, at most a tenth late, and repeats', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.settings.heartbeat = 2_000
  const [plain, pinged] = [await openClient(pod), await openClient(pod, true)]
  await passTime(clock, 1_900)
  expect([newWrites(plain, 1), newWrites(pinged, 1)]).toEqual([[], []])
  await passTime(clock, 400)
  expect(newWrites(plain, 1)).toEqual([':\n'])
  expect(newWrites(pinged, 1)).toEqual(['event: runnel.ping\ndata: {}\n\n'])
  await passTime(clock, 2_200)
  expect(newWrites(plain, 1)).toEqual([':\n', ':\n'])
})

test('a round takes several turns and reaches each stream once, even if the next round is begun early', async () => {
  const swept: number[] = []
  const streams = Array.from({ length: 700 }, (_, index) => ({
    sweep: () => {
      swept.push(index)
      return 1
    },
  }))
  const sweep = new SubscriberSweep(
    new Set(streams) as unknown as Set<Subscriber>,
    new WriteScheduler(),
  )
  sweep.begin()
  await passTurns()
  expect(swept).toHaveLength(250)
  sweep.begin()
  await passTurns(5)
  expect(swept).toEqual(streams.map((_, index) => index))
  sweep.begin()
  await passTurns(5)
  expect(swept).toHaveLength(1_400)
})

test('a round over streams that need nothing takes several turns, too', async () => {
  let checks = 0
  const stream = () => ({
    sweep: () => {
      checks++
      return 0
    },
  })
  const streams = Array.from({ length: 12_000 }, stream)
  const sweep = new SubscriberSweep(
    new Set(streams) as unknown as Set<Subscriber>,
    new WriteScheduler(),
  )
  sweep.begin()
  const counts: number[] = []
  for (let turn = 0; turn < 4; turn++) {
    await passTurns()
    counts.push(checks)
  }
  expect(counts).toEqual([5_000, 10_000, 12_000, 12_000])
})

test('a stream with events gets no heartbeat', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.settings.heartbeat = 2_000
  const client = await openClient(pod)
  for (let round = 0; round < 5; round++) {
    await passTime(clock, 1_500)
    pod.log.history.publish('a', String(round))
    await passTurns(2)
  }
  expect(newWrites(client, 1)).toHaveLength(5)
  expect(client.events).toHaveLength(5)
})

test('a socket with pending bytes gets no heartbeat', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.settings.heartbeat = 1_000
  const client = await openClient(pod)
  client.isStuck = true
  pod.log.history.publish('a', '1')
  await passTime(clock, 10_000)
  expect(newWrites(client, 1)).toHaveLength(1)
})

test('a stream that is still opening gets heartbeats', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.settings.heartbeat = 1_000
  pod.log.answering = 'held'
  const client = await openClient(pod)
  await passTime(clock, 1_200)
  expect(newWrites(client, 0)).toEqual([':\n'])
})

test('a changed heartbeat holds for streams that are open already', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  const client = await openClient(pod)
  pod.settings.heartbeat = 1_000
  await passTime(clock, 3_000)
  expect(newWrites(client, 1).length).toBeGreaterThanOrEqual(1)
})

test('streams end at 80 to 100 % of the maximum age, spread over it, with runnel.expire', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.settings.maxAge = 100_000
  const clients = await Promise.all(Array.from({ length: 500 }, () => openClient(pod)))
  await passTime(clock, 79_000)
  expect(pod.closed).toEqual([])
  const counts: number[] = []
  for (let part = 0; part < 4; part++) {
    await passTime(clock, 5_000)
    counts.push(pod.closed.length)
  }
  await passTime(clock, 3_000)
  expect(pod.closed.map(({ reason }) => reason)).toEqual(Array(500).fill('age'))
  // A tenth of an even share for each quarter, which shows the spread without depending on timing.
  const quarters = counts.map((count, index) => count - (counts[index - 1] ?? 0))
  expect(Math.min(...quarters)).toBeGreaterThan(12)
  for (const client of clients) {
    expect(newWrites(client, -1)).toEqual([
      'retry: 777\nevent: runnel.expire\ndata: {"reason":"age"}\n\n',
    ])
    expect(client.sink!.ending).toBe('ended')
  }
})

test('dead peers are cut, and no others', async () => {
  using pod = new TestHub()
  const clients = [await openClient(pod), await openClient(pod)]
  Object.assign(clients[0]!.sink!, { peer: '192.0.2.7:51234' })
  pod.hub.cutVanished(new Set(['192.0.2.7:51234', '192.0.2.8:1']))
  expect(clients.map(({ sink }) => sink!.ending)).toEqual(['destroyed', undefined])
  expect(pod.closed.map(({ reason }) => reason)).toEqual(['vanished'])
})

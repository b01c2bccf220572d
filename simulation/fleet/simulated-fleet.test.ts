import { expect, test } from 'vitest'
import { streamCapacitySpec } from '../../src/schema/stream-capacity.ts'
import { SimulatedFleet } from './simulated-fleet.ts'
import { Random } from './random.ts'

const SPEC = streamCapacitySpec.parse({
  targetRef: { name: 'runnel' },
  subscribersPerPod: { target: 50, limit: 100 },
})

function fleetOf(clients: number, seed: number): SimulatedFleet {
  return new SimulatedFleet({ spec: SPEC, seed, placement: 'random', clients })
}

/** Does something at random to a fleet: crowds, kills, restarts, silence, pods without a node. */
function disturb(fleet: SimulatedFleet, random: Random): void {
  const { pods, clients, deployment } = fleet
  const pod = random.pick(pods.all)
  const disturbances = [
    () => clients.become(Math.floor(random.between(0, 600)), random.between(0, 30)),
    () => pod && pods.kill(pod),
    () => pod && pods.delete(pod),
    () => pod && pods.shed(pod, 30, 20),
    () => pod && Object.assign(pod, { isSilent: !pod.isSilent }),
    () => pods.stickNext(),
    () => pods.unstick(),
    () => deployment.restart(),
  ]
  random.pick(disturbances)?.()
}

test.for([1, 2, 3, 4, 5])(
  'whatever happens, each client has one stream or waits for one, seed %d',
  (seed) => {
    const fleet = fleetOf(200, seed)
    const random = new Random(seed + 1_000)
    for (let minute = 0; minute < 60; minute++) {
      disturb(fleet, random)
      fleet.timeline.runUntil(fleet.timeline.now + random.between(1, 60))

      const { totals, count, waiting } = fleet.clients
      const held = fleet.pods.all.reduce((sum, { streams }) => sum + streams.size, 0)
      expect(totals.came - totals.left).toBe(count)
      expect(held + waiting).toBe(count)
      for (const pod of fleet.pods.all) {
        expect(pod.streams.size).toBeLessThanOrEqual(100)
        for (const client of pod.streams) expect(client.pod).toBe(pod)
      }
    }
    // Nobody was forgotten: once everything is well again, all of them have a stream.
    fleet.pods.unstick()
    for (const pod of fleet.pods.all) pod.isSilent = false
    fleet.timeline.runUntil(fleet.timeline.now + 900)
    const held = fleet.pods.all.reduce((sum, { streams }) => sum + streams.size, 0)
    expect(fleet.clients.count - held).toBeLessThanOrEqual(5)
  },
)

test('a pod that leaves serves on, then closes its streams evenly over the drain window', () => {
  const fleet = fleetOf(200, 1)
  const [leaving] = fleet.pods.all
  if (leaving === undefined) throw new Error('expected a pod')
  const before = leaving.streams.size
  const begun = fleet.timeline.now
  fleet.pods.delete(leaving)

  // preStop sleep of 5 s, then a window of 20 s.
  fleet.timeline.runUntil(begun + 4.9)
  expect([leaving.stage, leaving.streams.size]).toEqual(['leaving', before])
  fleet.timeline.runUntil(begun + 15)
  expect(leaving.stage).toBe('draining')
  expect(Math.abs(leaving.streams.size - before / 2)).toBeLessThanOrEqual(1)
  fleet.timeline.runUntil(begun + 25)
  expect([leaving.stage, leaving.streams.size]).toEqual(['gone', 0])
})

test('a killed pod cuts its streams, and they come back after the scattered retry', () => {
  const fleet = fleetOf(200, 1)
  const [killed] = fleet.pods.all
  if (killed === undefined) throw new Error('expected a pod')
  const cut = killed.streams.size
  fleet.pods.kill(killed)

  // 50 to 150 % of 3 s.
  fleet.timeline.runUntil(fleet.timeline.now + 1.4)
  expect(fleet.clients.waiting).toBeGreaterThanOrEqual(cut)
  fleet.timeline.runUntil(fleet.timeline.now + 3.2)
  expect(fleet.clients.waiting).toBeLessThanOrEqual(2)
})

test('a pod that is killed while it leaves stays gone', () => {
  const fleet = fleetOf(200, 1)
  const [leaving] = fleet.pods.all
  if (leaving === undefined) throw new Error('expected a pod')
  fleet.pods.delete(leaving)
  fleet.pods.kill(leaving)
  fleet.timeline.runUntil(fleet.timeline.now + 10)
  expect(leaving.stage).toBe('gone')
})

test('a client that has left does not come back when its turn in a shed comes', () => {
  const fleet = fleetOf(200, 1)
  const [pod] = fleet.pods.all
  if (pod === undefined) throw new Error('expected a pod')
  fleet.pods.shed(pod, 40, 60)
  fleet.timeline.runUntil(fleet.timeline.now + 1)
  fleet.clients.become(0, 0)
  fleet.timeline.runUntil(fleet.timeline.now + 120)
  expect(fleet.clients.totals.reconnects).toBeLessThanOrEqual(2)
  expect(fleet.clients.count).toBe(0)
  expect(fleet.pods.all.filter(({ streams }) => streams.size > 0)).toEqual([])
})

test('a fleet that is full sends clients away, for 5 to 30 s', () => {
  const fleet = fleetOf(200, 1)
  fleet.clients.become(1_000, 0)
  // The pods that the autoscaler asks for take longer than this to be ready.
  fleet.timeline.runUntil(fleet.timeline.now + 4)
  expect(fleet.clients.totals.refusals).toBeGreaterThan(0)
  expect(fleet.pods.all.map(({ streams }) => streams.size)).toEqual([100, 100, 100, 100])
  fleet.timeline.runUntil(fleet.timeline.now + 240)
  expect(fleet.clients.waiting).toBeLessThanOrEqual(5)
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { specOf } from '../../../test/support/fleet/fleet-state.ts'
import { SimulatedFleet } from '../../../test/support/fleet/simulated-fleet.ts'

/** Steps of five seconds. */
const MINUTE = 12

const spec = specOf({
  subscribersPerPod: { target: 100, limit: 200 },
  scaling: { provider: 'Direct', minReplicas: 1, maxReplicas: 20 },
})

test('a fleet grows with its streams, spreads them, and shrinks with them, the emptiest pods first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (seed) => {
      const fleet = new SimulatedFleet(spec, 1, seed)
      fleet.setSubscribers(50)
      fleet.run(MINUTE)
      expect(fleet.replicas).toBe(1)

      fleet.setSubscribers(1_000)
      fleet.run(20 * MINUTE)
      expect(fleet.replicas).toBe(10)
      expect(fleet.subscribers).toBe(1_000)
      expect(Math.max(...fleet.loads)).toBeLessThanOrEqual(120)

      fleet.setSubscribers(20)
      fleet.run(40 * MINUTE)
      expect(fleet.replicas).toBe(1)
      expect(fleet.subscribers).toBe(20)
      for (const { removed, leastKept } of fleet.removals) {
        expect(removed).toBeLessThanOrEqual(leastKept)
      }
    }),
    { numRuns: 20 },
  )
})

test('an uneven fleet comes within the tolerance and then rests', () => {
  const fleet = new SimulatedFleet(spec, 2)
  fleet.setSubscribers(390)
  fleet.run(20 * MINUTE)
  const moved = fleet.plans.flatMap(({ sheds }) => sheds).length
  fleet.plans.length = 0
  fleet.run(20 * MINUTE)

  expect(moved).toBeGreaterThan(0)
  expect(Math.max(...fleet.loads)).toBeLessThanOrEqual(1.2 * 97.5)
  expect(fleet.plans.flatMap(({ sheds, events }) => [...sheds, ...events])).toEqual([])
})

test('a flash crowd doubles the pods at a time, or adds four, and never more within 15 seconds', () => {
  const fleet = new SimulatedFleet(spec, 1)
  fleet.setSubscribers(2_000)
  const numbers = [fleet.replicas]
  for (let step = 0; step < 2 * MINUTE; step++) {
    fleet.run(1)
    numbers.push(fleet.replicas)
  }

  expect(fleet.subscribers / fleet.replicas).toBeLessThanOrEqual(110)
  for (const [step, replicas] of numbers.entries()) {
    const before = numbers[Math.max(0, step - 3)]!
    expect(replicas).toBeLessThanOrEqual(Math.max(before * 2, before + 4))
  }
})

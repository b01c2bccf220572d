import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { START } from '../../../test/support/fleet/fleet-state.ts'
import type { FleetMemory } from './fleet-plan.ts'
import { carryOver } from './memory.ts'

const memory: FleetMemory = {
  since: START - 100_000,
  plannedAt: START,
  recommendations: [{ at: START - 50_000, replicas: 5 }],
  changes: [{ at: START - 10_000, by: 2 }],
  costsAt: START - 20_000,
  countsAt: START - 3_000,
  sheds: new Map([['uid', { until: START + 15_000, count: 3 }]]),
}

/** How long ago each time of a memory is. */
function ages(one: FleetMemory, now: number) {
  return {
    since: now - one.since,
    recommendations: one.recommendations.map(({ at }) => now - at),
    changes: one.changes.map(({ at }) => now - at),
    costsAt: now - one.costsAt,
    countsAt: now - one.countsAt,
    sheds: [...one.sheds.values()].map(({ until }) => now - until),
  }
}

test('time passes as the clock says, up to a minute between two plans', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60_000 }), (elapsed) => {
      const now = START + elapsed
      expect(carryOver(memory, now)).toEqual({ ...memory, plannedAt: now })
    }),
  )
})

test('a clock that jumps back makes no time pass, and one that jumps ahead a minute', () => {
  const jumps = fc.oneof(
    fc.integer({ min: -1e12, max: -1 }),
    fc.integer({ min: 60_001, max: 1e12 }),
  )
  fc.assert(
    fc.property(jumps, (jump) => {
      const now = START + jump
      const passed = jump < 0 ? 0 : 60_000
      const carried = carryOver(memory, now)
      expect(carried.plannedAt).toBe(now)
      expect(ages(carried, now)).toEqual(ages(memory, START + passed))
    }),
  )
})

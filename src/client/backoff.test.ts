import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoff } from './backoff.ts'

test('a wait is never longer than 30 s, unless the service asks for more', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1e6 }), fc.nat({ max: 3_600_000 }), (failures, base) => {
      const wait = backoff(failures, base)
      expect(wait).toBeGreaterThanOrEqual(0)
      expect(wait).toBeLessThanOrEqual(Math.max(base, 30_000))
    }),
  )
})

test('waits double with each failure, from half a second on', () => {
  // The largest of 2,000 random waits is within a tenth of the ceiling, but for one run in 10^91.
  for (const [failures, ceiling] of [500, 1_000, 2_000, 4_000].entries()) {
    expect(longestOf(failures)).toBeLessThanOrEqual(ceiling)
    expect(longestOf(failures)).toBeGreaterThan(ceiling * 0.9)
  }
})

function longestOf(failures: number): number {
  return Math.max(...Array.from({ length: 2_000 }, () => backoff(failures, 0)))
}

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FleetView } from './fleet.ts'
import { retryAfter, type AwayReason } from './retry-after.ts'

/** What a pod knows of the others, as the rule distinguishes it. */
type Knowledge = 'room' | 'full' | 'alone' | 'unknown'
type Range = readonly [min: number, max: number]

const SOON: Range = [200, 1_000]
const LATE: Range = [5_000, 30_000]
const FAILURE: Range = [2_000, 10_000]
const scattered = (retry: number): Range => [retry * 0.5, retry * 1.5]

const HAD_A_SLOT = ['age', 'drain', 'shed'] as const
const REASONS = [...HAD_A_SLOT, 'limit', 'poll', 'client', 'log', 'fault'] as const

/** The table of docs/protocol.md. */
function rangeOf(reason: AwayReason, others: Knowledge, retry: number): Range {
  if (reason === 'poll' || reason === 'client') return LATE
  if (reason === 'log' || reason === 'fault') return FAILURE
  if (others === 'room') return SOON
  if (others === 'full' || reason === 'limit') return LATE
  return scattered(retry)
}

const count = fc.nat({ max: 100_000 })
const counted = (free: fc.Arbitrary<number>): fc.Arbitrary<FleetView> =>
  fc.record({
    kind: fc.constant('counted'),
    others: fc.record({ pods: count, subscribers: count, limit: count, free }),
  })
const FLEETS: Readonly<Record<Knowledge, fc.Arbitrary<FleetView>>> = {
  room: counted(fc.integer({ min: 1, max: 100_000 })),
  full: counted(fc.constant(0)),
  alone: fc.constant({ kind: 'alone' }),
  unknown: fc.constant({ kind: 'unknown' }),
}
const retries = fc.nat({ max: 3_600_000 })
const draws = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe.for(REASONS)('%s', (reason) => {
  test.for(Object.entries(FLEETS))('where the others are: %s', ([others, fleets]) => {
    const range = (retry: number) => rangeOf(reason, others as Knowledge, retry)
    fc.assert(
      fc.property(fleets, retries, draws, (fleet, retry, drawn) => {
        const wait = retryAfter(reason, fleet, retry, () => drawn)
        const [min, max] = range(retry)
        expect(Number.isInteger(wait)).toBe(true)
        expect(wait).toBeGreaterThanOrEqual(min)
        expect(wait).toBeLessThanOrEqual(max)
        // Evenly, but for the whole ms: a draw stands as far within the range as it does from 0 to 1.
        expect(Math.abs(wait - (min + drawn * (max - min)))).toBeLessThanOrEqual(1)
      }),
    )
    const [fleet] = fc.sample(fleets, 1)
    const waits = Array.from({ length: 1_000 }, () => retryAfter(reason, fleet!, 60_000))
    const [min, max] = range(60_000)
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan((max - min) / 2)
  })
})

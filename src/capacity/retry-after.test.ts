import { describe, expect, test } from 'vitest'
import type { FleetView } from './fleet.ts'
import { retryAfter, type AwayReason } from './retry-after.ts'

const RETRY = 60_000

const SOON = [200, 1_000]
const LATE = [5_000, 30_000]
const PASSING = [2_000, 10_000]
const ORDINARY = [RETRY * 0.5, RETRY * 1.5]

const counted = (free: number): FleetView => ({
  kind: 'counted',
  others: { pods: 2, subscribers: 40, limit: 20, free },
})
const FLEETS: Readonly<Record<string, FleetView>> = {
  roomy: counted(1),
  full: counted(0),
  alone: { kind: 'alone' },
  unknown: { kind: 'unknown' },
}

describe.each<{ reason: AwayReason; expected: Record<string, number[]> }>([
  ...(['age', 'drain', 'shed'] as const).map((reason) => ({
    reason,
    expected: { roomy: SOON, full: LATE, alone: ORDINARY, unknown: ORDINARY },
  })),
  { reason: 'limit', expected: { roomy: SOON, full: LATE, alone: LATE, unknown: LATE } },
  { reason: 'client', expected: { roomy: LATE, full: LATE, alone: LATE, unknown: LATE } },
  ...(['log', 'fault'] as const).map((reason) => ({
    reason,
    expected: { roomy: PASSING, full: PASSING, alone: PASSING, unknown: PASSING },
  })),
])('$reason', ({ reason, expected }) => {
  test.each(Object.entries(FLEETS))('where the fleet is %s', (name, fleet) => {
    const retries = Array.from({ length: 1_000 }, () => retryAfter(reason, fleet, RETRY))

    const [min = 0, max = 0] = expected[name] ?? []
    expect(Math.min(...retries)).toBeGreaterThanOrEqual(min)
    expect(Math.max(...retries)).toBeLessThanOrEqual(max)
    // Not all at the same time.
    expect(Math.max(...retries) - Math.min(...retries)).toBeGreaterThan((max - min) / 2)
  })
})

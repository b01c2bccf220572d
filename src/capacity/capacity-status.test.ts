import { expect, test } from 'vitest'
import type { FleetView, PodsCount } from './fleet.ts'
import { capacityStatus, type CapacityFacts } from './capacity-status.ts'

const CALM = { utilization: 0.1, delay: 1 }
const PRESSED = { utilization: 0.99, delay: 1 }
const IDLE: CapacityFacts = {
  subscribers: 0,
  limit: 100,
  fleet: { kind: 'alone' },
  pressure: CALM,
  isLogReachable: true,
  isDraining: false,
  retry: 3_000,
}
const FULL = { subscribers: 100 }
const AWAY = { isLogReachable: false }
const DRAINING = { isDraining: true }
const FULL_FLEET = counted({ pods: 2, subscribers: 200, limit: 200, free: 0 })
const ROOMY_FLEET = counted({ pods: 2, subscribers: 150, limit: 200, free: 50 })
const LOWERED_FLEET = counted({ pods: 2, subscribers: 900, limit: 200, free: 0 })

test.each<[status: string, transport: string, pollWait: number, facts: Partial<CapacityFacts>]>([
  ['ok', 'stream', 25, {}],
  ['ok', 'stream', 25, { subscribers: 89 }],
  ['ok', 'stream', 25, ROOMY_FLEET],
  ['ok', 'stream', 25, FULL_FLEET],
  ['ok', 'stream', 25, LOWERED_FLEET],
  ['busy', 'stream', 25, { subscribers: 90 }],
  ['busy', 'stream', 25, { subscribers: 99 }],
  ['busy', 'poll', 55, { pressure: PRESSED }],
  ['busy', 'poll', 55, { pressure: { utilization: 0, delay: 1_000 } }],
  ['full', 'poll', 55, FULL],
  ['full', 'poll', 55, { subscribers: 101 }],
  ['full', 'poll', 55, { ...FULL, ...FULL_FLEET }],
  ['full', 'poll', 55, { ...FULL, ...ROOMY_FLEET }],
  ['full', 'poll', 55, { ...FULL, pressure: PRESSED }],
  ['degraded', 'stream', 25, AWAY],
  ['degraded', 'stream', 25, { ...AWAY, ...FULL }],
  ['degraded', 'poll', 55, { ...AWAY, pressure: PRESSED }],
  ['draining', 'stream', 25, DRAINING],
  ['draining', 'stream', 25, { ...DRAINING, ...AWAY, ...FULL }],
])('%s, %s, polls of %i s: %o', (status, transport, pollWait, facts) => {
  expect(capacityStatus({ ...IDLE, ...facts })).toMatchObject({
    status,
    advice: { transport, pollWait },
  })
})

test.each<FleetView>([{ kind: 'alone' }, { kind: 'unknown' }])(
  'a pod without known others is the whole fleet: %o',
  (view) => {
    const { pod, fleet } = capacityStatus({ ...IDLE, subscribers: 7, fleet: view })

    expect(pod).toEqual({ subscribers: 7, limit: 100 })
    expect(fleet).toEqual({ subscribers: 7, limit: 100, pods: 1 })
  },
)

test('a fleet is the sum of this pod and the reports of the others', () => {
  const { fleet } = capacityStatus({ ...IDLE, ...ROOMY_FLEET, subscribers: 7 })

  expect(fleet).toEqual({ subscribers: 157, limit: 300, pods: 3 })
})

test('free slots of a draining pod do not count for the fleet', () => {
  const { fleet } = capacityStatus({ ...IDLE, ...ROOMY_FLEET, ...DRAINING, subscribers: 7 })

  expect(fleet).toEqual({ subscribers: 157, limit: 207, pods: 3 })
})

test.each<[from: number, to: number, facts: Partial<CapacityFacts>]>([
  [3_000, 3_000, {}],
  [3_000, 3_000, { subscribers: 95 }],
  [5_000, 30_000, FULL],
  [5_000, 30_000, { ...FULL, fleet: { kind: 'unknown' } }],
  [5_000, 30_000, { ...FULL, ...FULL_FLEET }],
  [200, 1_000, { ...FULL, ...ROOMY_FLEET }],
  [5_000, 30_000, DRAINING],
  [200, 1_000, { ...DRAINING, ...ROOMY_FLEET }],
  [2_000, 10_000, AWAY],
  [2_000, 10_000, { ...AWAY, ...ROOMY_FLEET }],
])('a new client is advised to come back after %i to %i ms: %o', (from, to, facts) => {
  for (let draw = 0; draw < 100; draw++) {
    const { retry } = capacityStatus({ ...IDLE, ...facts }).advice
    expect(retry).toBeGreaterThanOrEqual(from)
    expect(retry).toBeLessThanOrEqual(to)
  }
})

function counted(others: PodsCount): { fleet: FleetView } {
  return { fleet: { kind: 'counted', others } }
}

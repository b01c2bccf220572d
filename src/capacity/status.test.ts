import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { capacityStatus, hasRoomElsewhere, type CapacityFacts } from './status.ts'

const CALM = { utilization: 0.1, delay: 1 }
const PRESSED = { utilization: 0.99, delay: 1 }
const IDLE: CapacityFacts = {
  subscribers: 0,
  limit: 100,
  fleet: undefined,
  pressure: CALM,
  isLogReachable: true,
  isDraining: false,
  retry: 3_000,
}
const FULL = { subscribers: 100 }
const AWAY = { isLogReachable: false }
const DRAINING = { isDraining: true }
const FULL_FLEET = { fleet: { subscribers: 300, limit: 300, pods: 3 } }
const ROOMY_FLEET = { fleet: { subscribers: 150, limit: 300, pods: 3 } }

test.each<[status: string, transport: string, pollWait: number, facts: Partial<CapacityFacts>]>([
  ['ok', 'stream', 25, {}],
  ['ok', 'stream', 25, { subscribers: 89 }],
  ['ok', 'stream', 25, ROOMY_FLEET],
  ['busy', 'stream', 25, { subscribers: 90 }],
  ['busy', 'stream', 25, { subscribers: 99 }],
  ['busy', 'poll', 55, { pressure: PRESSED }],
  ['busy', 'poll', 55, { pressure: { utilization: 0, delay: 1_000 } }],
  ['full', 'poll', 55, FULL],
  ['full', 'poll', 55, { subscribers: 101 }],
  ['full', 'poll', 55, FULL_FLEET],
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

test('a pod that knows of no other is the whole fleet', () => {
  const { pod, fleet } = capacityStatus({ ...IDLE, subscribers: 7 })

  expect(pod).toEqual({ subscribers: 7, limit: 100 })
  expect(fleet).toEqual({ subscribers: 7, limit: 100, pods: 1 })
})

test('a fleet is told as it is known', () => {
  expect(capacityStatus({ ...IDLE, ...ROOMY_FLEET }).fleet).toEqual(ROOMY_FLEET.fleet)
})

test('who is sent away comes back soon if there is room elsewhere, and late if there is none', () => {
  const count = fc.integer({ min: 0, max: 20 })
  const facts = fc.record({
    subscribers: count,
    limit: fc.integer({ min: 1, max: 20 }),
    fleet: fc.option(fc.record({ subscribers: count, limit: count, pods: count }), {
      nil: undefined,
    }),
    pressure: fc.constantFrom(CALM, PRESSED),
    isLogReachable: fc.boolean(),
    isDraining: fc.boolean(),
    retry: fc.integer({ min: 0, max: 3_600_000 }),
  })
  fc.assert(
    fc.property(facts, (known) => {
      const { status, advice } = capacityStatus(known)
      const [min, max] = hasRoomElsewhere(known) ? [200, 1_000] : [5_000, 30_000]
      const isSentAway = status !== 'ok' && status !== 'busy'
      expect(advice.retry).toBeGreaterThanOrEqual(isSentAway ? min : known.retry)
      expect(advice.retry).toBeLessThanOrEqual(isSentAway ? max : known.retry)
    }),
  )
})

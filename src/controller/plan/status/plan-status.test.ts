import { expect, test } from 'vitest'
import {
  afterwards,
  deploymentOf,
  fleetState,
  podOf,
  podsOf,
  SILENT,
  START,
} from '../../../../test/support/fleet/fleet-state.ts'
import { streamCapacityStatus } from '../../../schema/stream-capacity.ts'
import type { FleetState } from '../fleet-plan.ts'
import { planFleet } from '../plan-fleet.ts'

/** A fleet whose status has been written a moment ago. */
function written(state: FleetState): FleetState {
  return { ...afterwards(state, planFleet(state)), now: START + 5_000 }
}

test('counts alone are written every ten seconds at most', () => {
  const before = written(fleetState({ pods: podsOf(500, 500) }))
  const soon = planFleet({ ...before, pods: podsOf(501, 500) })
  const later = planFleet({ ...before, pods: podsOf(501, 500), now: START + 10_000 })

  expect(soon.status).toBe(before.status)
  expect(later.status.subscribers).toBe(1_001)
})

test('a change that is more than a count is written at once, with fresh counts', () => {
  const before = written(fleetState({ pods: podsOf(500, 500) }))
  const pods = [podOf('pod-0', 501), podOf('pod-1', 500, { isReady: false })]
  const { status } = planFleet({
    ...before,
    pods,
    deployment: deploymentOf(2, { readyReplicas: 1 }),
  })

  expect(status).toMatchObject({
    subscribers: 1_001,
    capacity: 1_500,
    replicas: 2,
    readyReplicas: 1,
  })
})

test('pods are in order, and ended ones are left out', () => {
  const pods = [
    podOf('c', 3, { isTerminating: true }),
    podOf('b', 2, { isReady: false, silence: SILENT.silence }),
    podOf('a', 0, { isRunning: false, isReady: false, snapshot: undefined, phase: 'Pending' }),
    podOf('evicted', 0, { isRunning: false, isReady: false, snapshot: undefined, phase: 'Failed' }),
  ]
  const { status } = planFleet(fleetState({ pods }))

  expect(status.pods).toEqual([
    { name: 'a', subscribers: 0, limit: 0, ready: false, draining: false },
    { name: 'b', subscribers: 2, limit: 1_500, ready: false, draining: false, silent: true },
    { name: 'c', subscribers: 3, limit: 1_500, ready: true, draining: true },
  ])
})

test('a fleet without pods has no list of them', () => {
  expect(planFleet(fleetState({ pods: [] })).status).not.toHaveProperty('pods')
})

test('an unknown count is left out', () => {
  const pods = [podOf('a', 5, SILENT), podOf('b', 5, SILENT)]

  expect(planFleet(fleetState({ pods })).status).not.toHaveProperty('subscribers')
})

test('a status of very many pods still has its form', () => {
  const { status } = planFleet(
    fleetState({ pods: podsOf(...Array.from({ length: 1_500 }, () => 9)) }),
  )

  expect(status.pods).toHaveLength(500)
  expect(status.subscribers).toBe(13_500)
  expect(streamCapacityStatus.safeParse(status).success).toBe(true)
})

import { expect, test } from 'vitest'
import { deploymentOf, podOf, SILENT } from '../../../test/support/fleet/fleet-state.ts'
import type { PodState } from '../fleet/pod-state.ts'
import { movementOf } from './movement.ts'

const DRAINED = { subscribers: 0, limit: 1_500, isDraining: true }
const DRAINING = { ...DRAINED, subscribers: 4 }

test('nothing moves in a settled fleet', () => {
  expect(movementOf(deploymentOf(2), [podOf('a', 5), podOf('b', 5)])).toBeUndefined()
})

test.for([
  ['rollout', { replicas: 3, updatedReplicas: 1 }],
  ['rollout', { replicas: 2, observedGeneration: 0 }],
  ['scale', { replicas: 1, updatedReplicas: 1 }],
  ['scale', { replicas: 4, updatedReplicas: 4 }],
  ['scale', { replicas: 1, updatedReplicas: 1, observedGeneration: 0 }],
  ['start', { readyReplicas: 1 }],
] as const)('it is a %s while the Deployment says %j', ([movement, status]) => {
  expect(movementOf(deploymentOf(2, status), [])).toBe(movement)
})

/** What moves in a fleet with such a pod. */
function drain(parts: Partial<PodState>) {
  return movementOf(deploymentOf(2), [podOf('a', 4, parts)])
}

test('pods that leave are waited for while they hold streams and answer', () => {
  const leaving = { isTerminating: true, isReady: false }

  expect(drain({ ...leaving, snapshot: DRAINING })).toBe('drain')
  expect(drain({ ...leaving })).toBe('drain')
  expect(drain({ snapshot: DRAINING })).toBe('drain')
  expect(drain({ ...leaving, snapshot: DRAINED })).toBeUndefined()
  expect(drain({ ...leaving, isRunning: false, snapshot: DRAINING })).toBeUndefined()
  expect(drain({ ...leaving, silence: SILENT.silence })).toBeUndefined()
})

import { expect, test } from 'vitest'
import {
  afterwards,
  autoscalerOf,
  conditionOf,
  fleetState,
  podOf,
  podsOf,
  specOf,
} from '../../../test/support/fleet/fleet-state.ts'
import type { PodState } from '../fleet/pod-state.ts'
import { planFleet } from './plan-fleet.ts'

test('a fleet that is as it should be has a status, and nothing to do', () => {
  const state = fleetState()
  const plan = planFleet(state)

  expect(plan.status).toEqual({
    observedGeneration: 3,
    subscribers: 1_000,
    capacity: 3_000,
    provider: 'Direct',
    replicas: 2,
    readyReplicas: 2,
    pods: [
      { name: 'pod-0', subscribers: 500, limit: 1_500, ready: true, draining: false },
      { name: 'pod-1', subscribers: 500, limit: 1_500, ready: true, draining: false },
    ],
    conditions: [
      ['Ready', 'AsSpecified'],
      ['ScalingActive', 'Direct'],
      ['CapacityAvailable', 'Room'],
      ['Balanced', 'WithinTolerance'],
      ['PodsReachable', 'AllAnswer'],
    ].map(([type, reason]) => ({
      type,
      reason,
      status: 'True',
      message: expect.stringMatching(/^[A-Z].*\.$/),
      observedGeneration: 3,
      lastTransitionTime: '2026-11-26T12:00:00Z',
    })),
  })
  expect(
    plan.children.map(({ kind, manifest }) => `${kind.kind} ${manifest.metadata.name}`),
  ).toEqual(['ConfigMap streams-capacity', 'PodDisruptionBudget streams'])
  expect(plan.replicas).toBeUndefined()
  expect(plan.sheds).toEqual([])
})

test('an autoscaler of somebody else is left alone, and this fleet makes none', () => {
  const plan = planFleet(
    fleetState({
      autoscalers: [autoscalerOf('by-hand')],
      providers: { metricsApi: 'ours', hasKeda: false, metricUrl: '' },
    }),
  )

  expect(plan.children.map(({ kind }) => kind.kind)).not.toContain('HorizontalPodAutoscaler')
  expect(conditionOf(plan, 'Stalled')).toMatchObject({
    status: 'True',
    reason: 'ForeignAutoscaler',
  })
  expect(plan.events.map(({ type, reason }) => [type, reason])).toEqual([
    ['Warning', 'ForeignAutoscaler'],
  ])
})

test('a second plan has nothing more to do', () => {
  const state = fleetState()
  const first = planFleet(state)
  const second = planFleet(afterwards(state, first))

  expect(second).toEqual({ ...first, events: [], deletionCosts: [], memory: second.memory })
})

test('a fleet does not shrink before each of its pods was asked', () => {
  const eager = specOf({ scaling: { scaleDown: { stabilizationSeconds: 0 } } })
  const replicasAfter = (newest: Partial<PodState>) => {
    const state = fleetState({ spec: eager, pods: [...podsOf(5, 5), podOf('newest', 5, newest)] })
    const next = { ...afterwards(state, planFleet(state)), now: state.now + 5_000 }
    return planFleet(next).replicas
  }

  expect(replicasAfter({})).toBe(2)
  const silence = { reason: 'unasked', detail: 'it has not been asked yet' } as const
  expect(replicasAfter({ snapshot: undefined, silence })).toBeUndefined()
  expect(replicasAfter({ snapshot: undefined, isRunning: false })).toBe(2)
})

import { expect, test } from 'vitest'
import {
  autoscalerOf,
  conditionOf,
  deploymentOf,
  fleetState,
  podOf,
  podsOf,
  SILENT,
  specOf,
} from '../../../../test/support/fleet/fleet-state.ts'
import type { FleetState } from '../fleet-plan.ts'
import { planFleet } from '../plan-fleet.ts'

const uneven = podsOf(1_200, 300)
const METRICS = { metricsApi: 'ours', hasKeda: false, metricUrl: '' } as const
const growing = autoscalerOf(
  'streams',
  { kind: 'StreamCapacity', name: 'streams', uid: 'uid-streams' },
  { desiredReplicas: 3 },
)

test('an uneven fleet sheds', () => {
  const plan = planFleet(fleetState({ pods: uneven }))

  expect(plan.sheds).toEqual([{ pod: 'pod-0', count: 30, over: 15 }])
  expect(conditionOf(plan, 'Balanced')).toMatchObject({ status: 'False', reason: 'Rebalancing' })
})

const HOLDS: readonly (readonly [string, string, Partial<FleetState>])[] = [
  ['it is switched off', 'Disabled', { spec: specOf({ rebalance: { enabled: false } }) }],
  ['a rollout goes on', 'Waiting', { deployment: deploymentOf(2, { replicas: 3 }) }],
  ['the fleet is being scaled', 'Waiting', { deployment: deploymentOf(3, { replicas: 2 }) }],
  ['pods are not ready', 'Waiting', { deployment: deploymentOf(2, { readyReplicas: 1 }) }],
  ['a pod drains', 'Waiting', { pods: [...uneven, podOf('leaving', 9, { isTerminating: true })] }],
  [
    'a pod is silent',
    'Waiting',
    { pods: [...uneven, podOf('silent', 9, { silence: SILENT.silence, isReady: false })] },
  ],
  [
    'a pod was not asked yet',
    'Waiting',
    { pods: [...uneven, podOf('new', 0, { snapshot: undefined })] },
  ],
  ['more pods are wanted', 'Waiting', { pods: podsOf(1_200, 600) }],
  ['fewer pods are wanted', 'Waiting', { pods: podsOf(1_200, 300, 0) }],
  ['the autoscaler wants other pods', 'Waiting', { providers: METRICS, autoscalers: [growing] }],
  ['the target belongs to another object', 'Waiting', { olderRivals: ['first'] }],
]

test.for(HOLDS)('nothing is shed while %s', ([, reason, parts]) => {
  const pods = parts.pods ?? uneven
  const deployment = deploymentOf(
    pods.filter(({ isReady, isTerminating }) => isReady && !isTerminating).length,
  )
  const plan = planFleet(fleetState({ pods, deployment, ...parts }))

  expect(plan.sheds).toEqual([])
  expect(conditionOf(plan, 'Balanced')).toMatchObject({ status: 'False', reason })
})

test('a pod that never becomes ready keeps no other from shedding', () => {
  const broken = podOf('broken', 0, { snapshot: undefined, isReady: false })
  const plan = planFleet(fleetState({ pods: [...uneven, broken], deployment: deploymentOf(2) }))

  expect(plan.sheds).toEqual([{ pod: 'pod-0', count: 30, over: 15 }])
})

test('nothing is shed while the count is unknown', () => {
  const plan = planFleet(
    fleetState({ pods: [...uneven, ...['a', 'b', 'c'].map((name) => podOf(name, 0, SILENT))] }),
  )

  expect(plan.sheds).toEqual([])
  expect(conditionOf(plan, 'Balanced')).toMatchObject({ status: 'Unknown', reason: 'CountUnknown' })
})

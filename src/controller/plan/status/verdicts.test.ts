import { expect, test } from 'vitest'
import {
  afterwards,
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

const OURS = { kind: 'StreamCapacity', name: 'streams', uid: 'uid-streams' }
const METRICS = { metricsApi: 'ours', hasKeda: false, metricUrl: '' } as const

function scalingOf(provider: string, parts: object = {}): Partial<FleetState> {
  return { spec: specOf({ scaling: { provider, ...parts } }) }
}

function condition(type: string, parts: Partial<FleetState>) {
  return conditionOf(planFleet(fleetState(parts)), type)
}

/** What people have to do something about: the condition, its reason, and what the message advises. */
const PROBLEMS: readonly (readonly [string, Partial<FleetState>, string, RegExp])[] = [
  [
    'no target',
    { deployment: undefined },
    'TargetNotFound',
    /Create it, or correct spec\.targetRef\.name/,
  ],
  [
    'an older object with the same target',
    { olderRivals: ['a', 'b'] },
    'TargetTaken',
    /StreamCapacity a, .*Delete one/,
  ],
  [
    'a foreign autoscaler',
    { autoscalers: [autoscalerOf('by-hand')] },
    'ForeignAutoscaler',
    /by-hand .*Delete it, or set spec\.scaling\.provider to External/,
  ],
  [
    'a foreign object of the same name',
    { conflicts: [{ kind: 'ConfigMap', name: 'streams-capacity' }] },
    'Conflict',
    /ConfigMap streams-capacity .*Delete or rename/,
  ],
  ['KEDA that is not there', scalingOf('KEDA'), 'KedaMissing', /Install KEDA, or/],
  [
    'a metrics API that is not there',
    scalingOf('CustomMetrics'),
    'MetricsApiMissing',
    /metricsApi\.register=true, or/,
  ],
  [
    'a metrics API of somebody else',
    { ...scalingOf('CustomMetrics'), providers: { ...METRICS, metricsApi: 'foreign' } },
    'MetricsApiForeign',
    /Set spec\.scaling\.provider to KEDA or Direct, or/,
  ],
]

test.for(PROBLEMS)('%s stalls the fleet, and says what to do', ([, parts, reason, advice]) => {
  const state = fleetState(parts)
  const plan = planFleet(state)

  expect(conditionOf(plan, 'Stalled')).toEqual({
    status: 'True',
    reason,
    message: expect.stringMatching(advice),
  })
  expect(conditionOf(plan, 'Ready')).toMatchObject({ status: 'False', reason })
  expect(conditionOf(plan, 'Reconciling')).toBeUndefined()
  expect(plan.replicas).toBeUndefined()
  expect(plan.events).toContainEqual({
    type: 'Warning',
    reason,
    message: expect.stringMatching(advice),
  })
  expect(planFleet(afterwards(state, plan)).events).toEqual([])
})

test('a Deployment that is being deleted is none', () => {
  const deployment = deploymentOf(2)
  const metadata = { ...deployment.metadata, deletionTimestamp: '2026-11-26T12:00:00Z' }

  expect(condition('Stalled', { deployment: { ...deployment, metadata } })).toMatchObject({
    reason: 'TargetNotFound',
  })
})

test('an object of another kind of autoscaler is no conflict', () => {
  const conflicts = [{ kind: 'ScaledObject', name: 'streams' }]

  expect(condition('Stalled', { conflicts })).toBeUndefined()
  expect(condition('ScalingActive', { conflicts })).toMatchObject({ status: 'True' })
})

const failing = autoscalerOf('streams', OURS, {
  conditions: [{ type: 'ScalingActive', status: 'False', reason: 'FailedGetObjectMetric' }],
})
const scaling = autoscalerOf('streams', OURS, {
  conditions: [
    { type: 'AbleToScale', status: 'True' },
    { type: 'ScalingActive', status: 'True' },
  ],
})
const made = { kind: 'ScaledObject', name: 'streams', uid: 'uid-scaled-object' }

const SCALING: readonly (readonly [string, Partial<FleetState>, string, string])[] = [
  ['Direct', scalingOf('Direct'), 'True', 'Direct'],
  ['nobody', scalingOf('None'), 'False', 'None'],
  [
    'an autoscaler of the user',
    { ...scalingOf('External'), autoscalers: [autoscalerOf('by-hand')] },
    'True',
    'External',
  ],
  ['External without an autoscaler', scalingOf('External'), 'False', 'AutoscalerMissing'],
  ['an autoscaler not made yet', { providers: METRICS }, 'Unknown', 'AutoscalerStarting'],
  [
    'an autoscaler that works',
    { providers: METRICS, autoscalers: [scaling] },
    'True',
    'CustomMetrics',
  ],
  [
    'an autoscaler that fails',
    { providers: METRICS, autoscalers: [failing] },
    'False',
    'AutoscalerFails',
  ],
  [
    'the autoscaler of the provider before',
    { autoscalers: [autoscalerOf('keda-hpa-streams', made)] },
    'Unknown',
    'HandingOver',
  ],
  ['a Deployment at 0', { pods: [] }, 'False', 'ScaledToZero'],
  ['pods that are silent', { pods: [podOf('a', 5, SILENT)] }, 'False', 'CountUnknown'],
]

test.for(SCALING)('ScalingActive with %s is %o', ([, parts, status, reason]) => {
  expect(condition('ScalingActive', parts)).toMatchObject({ status, reason })
})

test('ScalingActive says what KEDA has against its ScaledObject', () => {
  const scaledObject = {
    metadata: { name: 'streams', namespace: 'shop' },
    spec: { scaleTargetRef: { name: 'runnel' } },
    status: { conditions: [{ type: 'Ready', status: 'False', reason: 'ScaledObjectCheckFailed' }] },
  }
  const providers = { ...METRICS, hasKeda: true }

  expect(condition('ScalingActive', { ...scalingOf('KEDA'), providers, scaledObject })).toEqual({
    status: 'False',
    reason: 'AutoscalerFails',
    message:
      'KEDA does not scale by ScaledObject streams: ScaledObjectCheckFailed. See what it says with: ' +
      'kubectl describe scaledobject streams',
  })
})

test('a fleet that ought to be scaled and is not is not ready; one that nobody is to scale is', () => {
  expect(condition('Ready', { providers: METRICS, autoscalers: [failing] })).toMatchObject({
    status: 'False',
    reason: 'AutoscalerFails',
  })
  for (const provider of ['None', 'External']) {
    expect(condition('Ready', scalingOf(provider))).toMatchObject({ status: 'True' })
  }
})

test('a fleet that is set to 0 pods says so, rather than that no pod is ready', () => {
  const empty = { pods: [], deployment: deploymentOf(0) }

  expect(condition('CapacityAvailable', empty)).toMatchObject({ reason: 'NoReadyPods' })
  expect(condition('Ready', empty)).toMatchObject({ status: 'False', reason: 'ScaledToZero' })
  expect(condition('Ready', { ...empty, ...scalingOf('None') })).toMatchObject({
    status: 'False',
    reason: 'NoReadyPods',
  })
})

const CAPACITY: readonly (readonly [string, Partial<FleetState>, string, string])[] = [
  ['room', { pods: podsOf(500, 500) }, 'True', 'Room'],
  ['no room', { pods: podsOf(1_500, 1_500) }, 'False', 'Full'],
  [
    'room, but at the most pods',
    { pods: podsOf(900, 900), ...scalingOf('Direct', { maxReplicas: 2 }) },
    'False',
    'AtMaxReplicas',
  ],
  [
    'many streams that nobody scales for',
    { pods: podsOf(900, 900), ...scalingOf('None', { maxReplicas: 2 }) },
    'True',
    'Room',
  ],
  ['one pod at least', scalingOf('Direct', { minReplicas: 1 }), 'True', 'SinglePod'],
  [
    'one pod that nobody scales',
    { pods: podsOf(1), ...scalingOf('None', { minReplicas: 1 }) },
    'True',
    'Room',
  ],
  ['no ready pod', { pods: [podOf('a', 0, { isReady: false })] }, 'False', 'NoReadyPods'],
  ['silent pods', { pods: [podOf('a', 5, SILENT)] }, 'Unknown', 'CountUnknown'],
]

test.for(CAPACITY)('CapacityAvailable with %s is %o', ([, parts, status, reason]) => {
  expect(condition('CapacityAvailable', parts)).toMatchObject({ status, reason })
  expect(condition('Ready', parts)?.status).toBe(
    reason === 'NoReadyPods' || reason === 'CountUnknown' ? 'False' : 'True',
  )
})

/** The reasons of CapacityAvailable while two pods have each of these loads in turn. */
function capacityReasons(first: Partial<FleetState>, loads: readonly number[]) {
  let state = fleetState(first)
  return loads.map((load) => {
    const plan = planFleet({ ...state, pods: podsOf(load, load) })
    state = afterwards(state, plan)
    return conditionOf(plan, 'CapacityAvailable')?.reason
  })
}

test('a fleet around a bound changes its condition once', () => {
  const full = capacityReasons(scalingOf('None'), [1_500, 1_499, 1_426, 1_424, 1_499])
  const atMax = scalingOf('Direct', { maxReplicas: 2 })

  expect(full).toEqual(['Full', 'Full', 'Full', 'Room', 'Room'])
  expect(capacityReasons(atMax, [820, 830, 760, 750, 820])).toEqual([
    'Room',
    'AtMaxReplicas',
    'AtMaxReplicas',
    'Room',
    'Room',
  ])
})

test('PodsReachable names the pods that do not answer, why, and what to do', () => {
  const refused = {
    ...SILENT,
    silence: { reason: 'refused', detail: 'ECONNREFUSED 10.0.0.1' },
  } as const
  const pods = [
    ...podsOf(1, 2, 3, 4, 5, 6, 7, 8),
    ...['g', 'f', 'e', 'd', 'c', 'b', 'a'].map((name) => podOf(name, 5, refused)),
    podOf('z', 5, SILENT),
  ]
  const reachable = condition('PodsReachable', { pods })

  expect(reachable).toMatchObject({ status: 'False', reason: 'Refused' })
  expect(reachable?.message).toMatch(/: a, b, c, d, e and 2 more\. .*NetworkPolicies.* time: z\. /)
  // Details change from one attempt to the next, and a status must not.
  expect(reachable?.message).not.toMatch(/10\.0\.0/)
  expect(condition('PodsReachable', { pods: [] })).toMatchObject({ status: 'Unknown' })
})

test.for([
  ['RollingOut', { replicas: 3 }],
  ['Scaling', { replicas: 1, updatedReplicas: 1 }],
  ['PodsStarting', { readyReplicas: 1 }],
] as const)('%s is said by Reconciling', ([reason, status]) => {
  expect(condition('Reconciling', { deployment: deploymentOf(2, status) })).toMatchObject({
    status: 'True',
    reason,
  })
})

test('a drain longer than the grace period of the pods is said, and how long it must be', () => {
  const spec = specOf({ drain: { window: '2m' } })

  expect(condition('Ready', { spec })).toEqual({
    status: 'True',
    reason: 'DrainWindowCut',
    message:
      'Pods are told to drain over 50s instead of 2m, since they are killed after 60s. Set ' +
      'terminationGracePeriodSeconds of Deployment runnel to 130 or more, or shorten spec.drain.window.',
  })
})

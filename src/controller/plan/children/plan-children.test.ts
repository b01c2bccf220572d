import { expect, test } from 'vitest'
import { parseCapacityFile } from '../../../config/capacity-file.ts'
import { SERVE_TABLE } from '../../../config/serve/serve-table.ts'
import {
  autoscalerOf,
  deploymentOf,
  fleetState,
  specOf,
} from '../../../../test/support/fleet/fleet-state.ts'
import type { FleetState } from '../fleet-plan.ts'
import { planFleet } from '../plan-fleet.ts'

const METRICS = { metricsApi: 'ours', hasKeda: false, metricUrl: '' } as const
const KEDA = {
  metricsApi: 'absent',
  hasKeda: true,
  metricUrl: 'http://c.ns.svc:9090/scaling/shop/streams',
} as const

/** The children of a fleet by their kind. */
function childrenOf(parts: Partial<FleetState>) {
  const { children } = planFleet(fleetState(parts))
  return Object.fromEntries(children.map(({ kind, manifest }) => [kind.kind, manifest]))
}

function capacityJson(parts: Partial<FleetState>): string {
  const { data } = childrenOf(parts)['ConfigMap'] as unknown as { data: Record<string, string> }
  return data['capacity.json'] ?? ''
}

const behavior = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 4, periodSeconds: 15 },
    ],
  },
  scaleDown: {
    tolerance: '0',
    stabilizationWindowSeconds: 120,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 10, periodSeconds: 91 },
      { type: 'Pods', value: 1, periodSeconds: 91 },
    ],
  },
}

const spec = specOf({
  subscribersPerPod: { target: 400, limit: 1_000 },
  scaling: {
    minReplicas: 3,
    maxReplicas: 9,
    scaleDown: { stabilizationSeconds: 120, maxPercent: 10 },
  },
  drain: { window: '90500ms' },
})
const slow = deploymentOf(2)
const deployment = {
  ...slow,
  spec: { ...slow.spec, template: { spec: { terminationGracePeriodSeconds: 200 } } },
}

test('every child says whose it is', () => {
  const owner = {
    apiVersion: 'runnel.dev/v1alpha1',
    kind: 'StreamCapacity',
    name: 'streams',
    uid: 'uid-streams',
    controller: true,
    blockOwnerDeletion: true,
  }
  for (const providers of [METRICS, KEDA]) {
    const children = childrenOf({ providers })
    expect(Object.keys(children)).toHaveLength(3)
    for (const { metadata } of Object.values(children)) {
      expect(metadata.namespace).toBe('shop')
      expect(metadata.ownerReferences).toEqual([owner])
      expect(metadata.labels).toEqual({
        'app.kubernetes.io/managed-by': 'runnel-controller',
        'runnel.dev/stream-capacity': 'streams',
      })
    }
  }
})

test('the ConfigMap holds a capacity file that pods take', () => {
  const text = capacityJson({ spec, deployment })

  expect(text).toBe(`{
  "limit": 1000,
  "connections": {
    "maxAge": "1h",
    "heartbeat": "15s",
    "retry": "3s",
    "perPrincipal": 50
  },
  "history": {
    "events": 1000,
    "age": "1h"
  },
  "drain": {
    "window": "90500ms"
  }
}
`)
  expect(parseCapacityFile(SERVE_TABLE, text)).toMatchObject({
    ok: true,
    value: { maxStreams: 1_000, drainWindow: 90_500 },
  })
})

test('a drain longer than pods may take is written as long as they may', () => {
  expect(JSON.parse(capacityJson({ spec, deployment: deploymentOf(2) }))).toMatchObject({
    drain: { window: '50s' },
  })
})

test('the HorizontalPodAutoscaler reads the streams of the StreamCapacity', () => {
  expect(
    childrenOf({ spec, deployment, providers: METRICS })['HorizontalPodAutoscaler'],
  ).toMatchObject({
    metadata: { name: 'streams' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'runnel' },
      minReplicas: 3,
      maxReplicas: 9,
      metrics: [
        {
          type: 'Object',
          object: {
            describedObject: {
              apiVersion: 'runnel.dev/v1alpha1',
              kind: 'StreamCapacity',
              name: 'streams',
            },
            metric: { name: 'subscribers' },
            target: { type: 'AverageValue', averageValue: '400' },
          },
        },
      ],
      behavior,
    },
  })
})

test('the ScaledObject asks this controller, and keeps the pods where it gets no answer', () => {
  expect(childrenOf({ spec, deployment, providers: KEDA })['ScaledObject']).toMatchObject({
    metadata: { name: 'streams' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'runnel' },
      minReplicaCount: 3,
      maxReplicaCount: 9,
      fallback: { failureThreshold: 3, replicas: 3, behavior: 'currentReplicasIfHigher' },
      advanced: { horizontalPodAutoscalerConfig: { behavior } },
      triggers: [
        {
          type: 'metrics-api',
          metricType: 'AverageValue',
          metadata: {
            url: KEDA.metricUrl,
            format: 'json',
            valueLocation: 'subscribers',
            targetValue: '400',
          },
        },
      ],
    },
  })
})

test('KEDA is told to pause while the Deployment is set to 0 pods', () => {
  const paused = ['metadata', 'annotations', 'autoscaling.keda.sh/paused']
  const [none, one] = [0, 1].map((replicas) =>
    childrenOf({ deployment: deploymentOf(replicas), providers: KEDA }),
  )

  expect(none?.['ScaledObject']).toHaveProperty(paused, 'true')
  expect(one?.['ScaledObject']).not.toHaveProperty(paused)
})

test('the PodDisruptionBudget selects the pods of the Deployment', () => {
  expect(childrenOf({})['PodDisruptionBudget']).toMatchObject({
    metadata: { name: 'streams' },
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: { app: 'runnel' } },
    },
  })
})

test.for(['Direct', 'External', 'None'] as const)('%s has no autoscaler of ours', (provider) => {
  const scaling = { scaling: { provider } }

  expect(
    Object.keys(childrenOf({ spec: specOf(scaling), providers: { ...METRICS, hasKeda: true } })),
  ).toEqual(['ConfigMap', 'PodDisruptionBudget'])
})

test('an autoscaler waits until that of the provider before is gone', () => {
  const made = { kind: 'ScaledObject', name: 'streams', uid: 'uid-scaled-object' }
  const autoscalers = [autoscalerOf('keda-hpa-streams', made)]

  expect(childrenOf({ providers: METRICS, autoscalers })).not.toHaveProperty(
    'HorizontalPodAutoscaler',
  )
  expect(childrenOf({ providers: METRICS })).toHaveProperty('HorizontalPodAutoscaler')
})

test('an object whose place is taken is asked for as before: the place may become free', () => {
  const conflicts = [{ kind: 'PodDisruptionBudget', name: 'streams' }]

  expect(childrenOf({ conflicts, providers: METRICS })).toEqual(childrenOf({ providers: METRICS }))
})

test.for([
  [999, '999'],
  [1_000, '1k'],
  [1_500, '1500'],
  [20_000, '20k'],
  [1_000_000, '1M'],
  [100_500, '100500'],
] as const)('a target of %d is written as the API server stores it: %s', ([target, text]) => {
  const { HorizontalPodAutoscaler: made } = childrenOf({
    spec: specOf({ subscribersPerPod: { target, limit: 1_000_000 }, scaling: { minReplicas: 1 } }),
    providers: METRICS,
  })

  expect(JSON.stringify(made)).toContain(`"averageValue":"${text}"`)
})

test('without a Deployment pods find their settings when they come; beside an older object nothing is written', () => {
  expect(Object.keys(childrenOf({ deployment: undefined, providers: METRICS }))).toEqual([
    'ConfigMap',
  ])
  expect(childrenOf({ olderRivals: ['first'], providers: METRICS })).toEqual({})
})

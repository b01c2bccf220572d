import type { FleetPlan, FleetState } from '../../../src/controller/plan/fleet-plan.ts'
import type { PodState } from '../../../src/controller/fleet/pod-state.ts'
import type { HorizontalPodAutoscaler } from '../../../src/controller/objects/children.ts'
import type { OwnerReference } from '../../../src/controller/objects/metadata.ts'
import type { Deployment } from '../../../src/controller/objects/workloads.ts'
import { streamCapacitySpec, type StreamCapacitySpec } from '../../../src/schema/stream-capacity.ts'

/** When the fleets of tests begin. */
export const START = Date.parse('2026-11-26T12:00:00Z')

/** The parts of a spec that a test names; the rest are the defaults. */
export function specOf(parts: Readonly<Record<string, unknown>> = {}): StreamCapacitySpec {
  return streamCapacitySpec.parse({ targetRef: { name: 'runnel' }, ...parts })
}

/** A pod that serves. */
export function podOf(name: string, subscribers: number, parts: Partial<PodState> = {}): PodState {
  return {
    name,
    uid: `uid-${name}`,
    phase: 'Running',
    isReady: true,
    isTerminating: false,
    isRunning: true,
    snapshot: { subscribers, limit: 1_500, isDraining: false },
    silence: undefined,
    deletionCost: undefined,
    ...parts,
  }
}

export function podsOf(...subscribers: readonly number[]): PodState[] {
  return subscribers.map((count, index) => podOf(`pod-${index}`, count))
}

export const SILENT = {
  snapshot: undefined,
  silence: { reason: 'timeout', detail: 'no answer from 10.0.0.9 within 2s' },
} as const

/** A Deployment whose pods are all there, as new as its template, and ready. */
export function deploymentOf(replicas: number, status: Deployment['status'] = {}): Deployment {
  return {
    metadata: { name: 'runnel', namespace: 'shop', uid: 'uid-deployment', generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'runnel' } },
      template: { spec: { terminationGracePeriodSeconds: 60 } },
    },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      ...status,
    },
  }
}

/** A fleet of a settled Deployment with these pods, whose controller has run for long. */
export function fleetState(parts: Partial<FleetState> = {}): FleetState {
  const pods = parts.pods ?? podsOf(500, 500)
  return {
    now: START,
    metadata: { name: 'streams', namespace: 'shop', uid: 'uid-streams', generation: 3 },
    spec: specOf(),
    status: {},
    deployment: deploymentOf(pods.filter(({ isTerminating }) => !isTerminating).length),
    pods,
    autoscalers: [],
    scaledObject: undefined,
    olderRivals: [],
    conflicts: [],
    failure: undefined,
    providers: {
      metricsApi: 'absent',
      hasKeda: false,
      metricUrl: 'http://controller.runnel.svc:9090/scaling/shop/streams',
    },
    memory: {
      since: START - 3_600_000,
      plannedAt: START,
      recommendations: [],
      changes: [],
      costsAt: START - 3_600_000,
      countsAt: START - 3_600_000,
      sheds: new Map(),
    },
    ...parts,
  }
}

export function autoscalerOf(
  name: string,
  owner?: Pick<OwnerReference, 'kind' | 'name' | 'uid'>,
  status?: HorizontalPodAutoscaler['status'],
): HorizontalPodAutoscaler {
  const ownerReferences = owner && [{ apiVersion: 'v1', controller: true, ...owner }]
  return {
    metadata: { name, namespace: 'shop', ...(ownerReferences && { ownerReferences }) },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'runnel' }, maxReplicas: 20 },
    ...(status && { status }),
  }
}

/** The state right after a plan was carried out: its numbers are set, and its pods have heard of it. */
export function afterwards(state: FleetState, plan: FleetPlan): FleetState {
  const costs = new Map(plan.deletionCosts.map(({ pod, cost }) => [pod, cost]))
  return {
    ...state,
    status: plan.status,
    pods: state.pods.map((pod) => ({
      ...pod,
      deletionCost: costs.get(pod.name) ?? pod.deletionCost,
    })),
    deployment: state.deployment && {
      ...state.deployment,
      spec: {
        ...state.deployment.spec,
        replicas: plan.replicas ?? state.deployment.spec.replicas,
      },
    },
    memory: plan.memory,
  }
}

/** The message of a condition, and its status and reason before it. */
export function conditionOf(plan: FleetPlan, type: string) {
  const condition = plan.status.conditions?.find((one) => one.type === type)
  return (
    condition && { status: condition.status, reason: condition.reason, message: condition.message }
  )
}

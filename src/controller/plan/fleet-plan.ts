import type { StreamCapacitySpec, StreamCapacityStatus } from '../../schema/stream-capacity.ts'
import type { Manifest } from '../cluster/cluster.ts'
import type { PodState } from '../fleet/pod-state.ts'
import type { HorizontalPodAutoscaler, ScaledObject } from '../objects/children.ts'
import type { Kind } from '../objects/kind.ts'
import type { Metadata } from '../objects/metadata.ts'
import type { Deployment } from '../objects/workloads.ts'

/** A fleet as it stands: all that a plan depends on. */
export interface FleetState {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly metadata: Metadata
  readonly spec: StreamCapacitySpec
  /** As it is stored. */
  readonly status: StreamCapacityStatus
  readonly deployment: Deployment | undefined
  readonly pods: readonly PodState[]
  /** Those that scale the Deployment, this fleet's own included. */
  readonly autoscalers: readonly HorizontalPodAutoscaler[]
  /** This fleet's own, where KEDA is in the cluster. */
  readonly scaledObject: ScaledObject | undefined
  /** Other StreamCapacity objects with the same target, the oldest first; those older than this one go before it. */
  readonly olderRivals: readonly string[]
  readonly providers: Providers
  readonly memory: FleetMemory
}

/** Which ways to scale work in this cluster. */
export interface Providers {
  /** `ours`: the API server asks this controller. `foreign`: somebody else. `absent`: nobody. */
  readonly metricsApi: 'ours' | 'foreign' | 'absent'
  readonly hasKeda: boolean
  /** Where KEDA asks for the count of this fleet. */
  readonly metricUrl: string
}

/** What the plans of one fleet remember from one to the next. Lost at a restart, which only delays. */
export interface FleetMemory {
  /** Numbers of pods that were enough at a time, for the stabilization of `Direct`. */
  readonly recommendations: readonly { readonly at: number; readonly replicas: number }[]
  readonly lastScaledAt: number | undefined
  readonly lastCostsAt: number | undefined
  /** When each pod was last asked to shed, by uid. */
  readonly shedAt: ReadonlyMap<string, number>
}

/** What is to be done for a fleet. Carrying it out twice changes nothing the second time. */
export interface FleetPlan {
  /** All objects of this fleet; others of its own are removed. */
  readonly children: readonly Child[]
  /** The number of pods to set, for `Direct` only. */
  readonly replicas: number | undefined
  readonly deletionCosts: readonly { readonly pod: string; readonly cost: number }[]
  readonly sheds: readonly Shed[]
  readonly status: StreamCapacityStatus
  readonly events: readonly PlannedEvent[]
  /** Milliseconds until the next plan, if nothing happens before. */
  readonly planAgainIn: number
  readonly memory: FleetMemory
}

export interface Child {
  readonly kind: Kind
  readonly manifest: Manifest
}

export interface Shed {
  readonly pod: string
  readonly count: number
  /** In seconds. */
  readonly over: number
}

export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning'
  /** In CamelCase, such as `ScaledUp`. */
  readonly reason: string
  readonly message: string
}

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
  /** Names of older StreamCapacity objects with the same target. The oldest one owns the target. */
  readonly olderRivals: readonly string[]
  /** Objects of others that bear the name of a child of this fleet. */
  readonly conflicts: readonly NamedObject[]
  /** Why the last plan could not be carried out; undefined if it could. */
  readonly failure: Failure | undefined
  readonly providers: Providers
  /** From the plan before; undefined for the first one. */
  readonly memory: FleetMemory | undefined
}

export interface NamedObject {
  readonly kind: string
  readonly name: string
}

/** What the API server refused. */
export interface Failure {
  /** In CamelCase. */
  readonly reason: string
  /** A sentence that says what to do. */
  readonly message: string
}

/** Which ways to scale work in this cluster. */
export interface Providers {
  /** `ours`: the API server asks this controller. `foreign`: somebody else. `absent`: nobody. */
  readonly metricsApi: 'ours' | 'foreign' | 'absent'
  readonly hasKeda: boolean
  /** Where KEDA asks for the count of this fleet. */
  readonly metricUrl: string
}

/**
 * What the plans of one fleet remember from one to the next. All times are in ms since 1970. After a restart it
 * begins anew, and then the fleet shrinks and sheds later than it could.
 */
export interface FleetMemory {
  readonly since: number
  readonly plannedAt: number
  /** Numbers of pods that were enough at a time, for the stabilization of `Direct`: the oldest and highest first. */
  readonly recommendations: readonly { readonly at: number; readonly replicas: number }[]
  /** How `Direct` changed the number of pods lately. */
  readonly changes: readonly { readonly at: number; readonly by: number }[]
  readonly costsAt: number
  /** When the counts of streams in the status were last refreshed. */
  readonly countsAt: number
  /** The last shed of each pod, by uid. */
  readonly sheds: ReadonlyMap<string, { readonly until: number; readonly count: number }>
}

/** What is to be done for a fleet. Carrying it out twice changes nothing the second time. */
export interface FleetPlan {
  /** All objects that the fleet is to have; others that it owns are removed. */
  readonly children: readonly Child[]
  /** The number of pods to set, for `Direct` only. */
  readonly replicas: number | undefined
  /** To be written before `replicas`, which makes a ReplicaSet choose pods by them. */
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

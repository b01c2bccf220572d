import { isDeepStrictEqual } from 'node:util'
import type { StreamCapacityStatus } from '../../schema/stream-capacity.ts'
import type { ShedOutcome, ShedRequest } from '../fleet/shed-client.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject } from '../objects/metadata.ts'
import { STREAM_CAPACITY, type StreamCapacity } from '../objects/stream-capacity.ts'
import { POD, type Pod } from '../objects/workloads.ts'
import type { FleetPlan, NamedObject, PlannedEvent } from '../plan/fleet-plan.ts'
import { applyChildren, type OwnedChild } from './apply-children.ts'
import type { ClusterWrites } from './leader-writes.ts'
import { writeStatus } from './write-status.ts'

/** What plans are carried out with. */
export interface Means {
  readonly reads: Pick<Cluster, 'get'>
  readonly writes: ClusterWrites
  readonly shed: (pod: Pod, request: ShedRequest) => Promise<ShedOutcome>
  readonly record: (object: StreamCapacity, event: PlannedEvent) => void
  readonly onWritten: (kind: Kind, object: KubeObject) => void
  readonly observer: CarryOutObserver
}

export interface CarryOutObserver {
  /** The number of pods was set. */
  scaled(fleet: string, replicas: number): void
  /** A pod was asked to shed streams. */
  shed(fleet: string, pod: string, request: ShedRequest, outcome: ShedOutcome): void
  /** The cost of a pod could not be written. It is a hint, and nothing waits for it. */
  costFailed(pod: string, error: unknown): void
}

export interface CarriedOutFleet {
  readonly key: string
  readonly object: StreamCapacity
  /** As it is stored. */
  readonly status: StreamCapacityStatus
  /** The name of the Deployment. */
  readonly target: string
  readonly pods: readonly Pod[]
  readonly owned: readonly OwnedChild[]
}

const COST_MANAGER = 'runnel-controller-cost'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'

/** Does what a plan says, and nothing that is done already. Resolves to the objects of others that are in the way. */
export async function carryOut(
  means: Means,
  fleet: CarriedOutFleet,
  plan: FleetPlan,
): Promise<readonly NamedObject[]> {
  const { object, owned } = fleet
  const foreign = await applyChildren(means, object.metadata, plan.children, owned)
  // A ReplicaSet chooses the pods that leave by their costs.
  await writeCosts(means, fleet, plan)
  await scale(means, fleet, plan)
  await shed(means, fleet, plan)
  await reportStatus(means, fleet, plan)
  return foreign
}

/** Writes a status that is new, then the events about it: a status that is not written makes them again. */
export async function reportStatus(
  { writes, onWritten, record }: Pick<Means, 'writes' | 'onWritten' | 'record'>,
  { object, status: stored }: Pick<CarriedOutFleet, 'object' | 'status'>,
  { status, events }: Pick<FleetPlan, 'status' | 'events'>,
): Promise<void> {
  if (!isDeepStrictEqual(status, stored)) {
    onWritten(STREAM_CAPACITY, await writeStatus(writes, object.metadata, status))
  }
  for (const event of events) record(object, event)
}

async function writeCosts(
  { writes, observer }: Means,
  { pods }: CarriedOutFleet,
  { deletionCosts }: FleetPlan,
): Promise<void> {
  for (const { pod: name, cost } of deletionCosts) {
    const pod = pods.find(({ metadata }) => metadata.name === name)
    if (pod === undefined) continue
    const { namespace, uid } = pod.metadata
    // The uid keeps a pod that has gone meanwhile from being made anew.
    const metadata = { name, namespace, uid, annotations: { [DELETION_COST]: String(cost) } }
    try {
      await writes.apply(POD, { metadata }, { fieldManager: COST_MANAGER })
    } catch (error) {
      observer.costFailed(name, error)
    }
  }
}

async function scale(
  { writes, observer }: Means,
  { key, object, target }: CarriedOutFleet,
  { replicas }: FleetPlan,
): Promise<void> {
  if (replicas === undefined) return
  await writes.scale({ namespace: object.metadata.namespace, name: target }, replicas)
  observer.scaled(key, replicas)
}

async function shed(
  { shed: ask, record, observer }: Means,
  { key, object, pods }: CarriedOutFleet,
  { sheds }: FleetPlan,
): Promise<void> {
  await Promise.all(
    sheds.map(async ({ pod: name, count, over }) => {
      const pod = pods.find(({ metadata }) => metadata.name === name)
      if (pod === undefined) return
      const request = { count, over }
      const outcome = await ask(pod, request)
      observer.shed(key, name, request, outcome)
      if (!outcome.isDone) record(object, shedRefused(name, outcome.detail))
    }),
  )
}

function shedRefused(pod: string, detail: string): PlannedEvent {
  const message =
    `Pod ${pod} did not take the request to shed streams: ${detail}. Pods and controller need the same token, in ` +
    'the Secret that RUNNEL_ADMIN_TOKEN_SECRET names and RUNNEL_ADMIN_TOKEN_FILE holds.'
  return { type: 'Warning', reason: 'ShedRefused', message }
}

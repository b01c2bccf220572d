import type { ShedClient, ShedOutcome, ShedRequest } from '../fleet/shed-client.ts'
import type { StreamCapacity } from '../objects/stream-capacity.ts'
import { POD, type Pod } from '../objects/workloads.ts'
import type { FleetPlan, NamedObject, PlannedEvent } from '../plan/fleet-plan.ts'
import { applyChild, isSameChild, removeChild } from './apply-children.ts'
import type { FleetCluster } from './fleet-cluster.ts'
import type { OwnedChild } from './read-fleet.ts'

/** What plans are carried out with, beside the cluster. */
export interface Means {
  readonly pods: Pick<ShedClient, 'shed'>
  readonly record: (object: StreamCapacity, event: PlannedEvent) => void
  readonly observer: CarryOutObserver
}

export interface CarryOutObserver {
  /** The number of pods was set. */
  scaled(fleet: string, replicas: number): void
  /** A pod was asked to shed streams. */
  shed(shed: ShedRecord): void
  /** The cost of a pod could not be written. It is a hint, and nothing waits for it. */
  costFailed(pod: string, error: unknown): void
  /** The API server has begun to refuse something. */
  refused(fleet: string, message: string): void
}

/** A request to shed streams, and what came of it after so many ms. */
export interface ShedRecord {
  readonly fleet: string
  readonly pod: string
  readonly request: ShedRequest
  readonly outcome: ShedOutcome
  readonly duration: number
}

export interface CarriedOutFleet {
  readonly key: string
  readonly object: StreamCapacity
  readonly cluster: FleetCluster
  /** The name of the Deployment. */
  readonly target: string
  readonly pods: readonly Pod[]
  readonly owned: readonly OwnedChild[]
}

/** What a plan says that is to be done, its status aside. */
type Deeds = Pick<FleetPlan, 'children' | 'replicas' | 'deletionCosts' | 'sheds'>

/** What came of a plan. */
export interface Outcome {
  /** Objects of others that are in the way. */
  readonly conflicts: readonly NamedObject[]
  /** Of what could not be done. All else was done in spite of it. */
  readonly errors: readonly unknown[]
  /** Whether the number of pods is the planned one. */
  readonly isScaled: boolean
}

const COST_MANAGER = 'runnel-controller-cost'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'

/** Does what a plan says, and nothing that is done already. */
export async function carryOut(
  means: Means,
  fleet: CarriedOutFleet,
  plan: Deeds,
): Promise<Outcome> {
  const { object, cluster, owned } = fleet
  const conflicts: NamedObject[] = []
  const errors: unknown[] = []
  const attempt = async (deed: () => Promise<void>): Promise<boolean> => {
    try {
      await deed()
      return true
    } catch (error) {
      errors.push(error)
      return false
    }
  }
  // What is not asked for goes first: of two autoscalers that select the same pods, neither would act.
  for (const child of owned.filter(
    (one) => !plan.children.some((each) => isSameChild(one, each)),
  )) {
    await attempt(async () => removeChild(cluster, child))
  }
  for (const child of plan.children) {
    await attempt(async () => {
      const conflict = await applyChild(cluster, object, child, owned)
      if (conflict !== undefined) conflicts.push(conflict)
    })
  }
  // A ReplicaSet chooses the pods that leave by their costs.
  await writeCosts(means, fleet, plan)
  const isScaled = await attempt(async () => scale(means, fleet, plan))
  await attempt(async () => shed(means, fleet, plan))
  return { conflicts, errors, isScaled }
}

async function writeCosts(
  { observer }: Means,
  { cluster, pods }: CarriedOutFleet,
  { deletionCosts }: Deeds,
): Promise<void> {
  for (const { pod: name, cost } of deletionCosts) {
    const pod = pods.find(({ metadata }) => metadata.name === name)
    if (pod === undefined) continue
    const { namespace, uid } = pod.metadata
    // The uid keeps a pod that has gone meanwhile from being made anew.
    const metadata = { name, namespace, uid, annotations: { [DELETION_COST]: String(cost) } }
    try {
      await cluster.apply(POD, { metadata }, { fieldManager: COST_MANAGER })
    } catch (error) {
      observer.costFailed(name, error)
    }
  }
}

async function scale(
  { observer }: Means,
  { key, object, cluster, target }: CarriedOutFleet,
  { replicas }: Deeds,
): Promise<void> {
  if (replicas === undefined) return
  await cluster.scale({ namespace: object.metadata.namespace, name: target }, replicas)
  observer.scaled(key, replicas)
}

async function shed(
  { pods: client, record, observer }: Means,
  { key, object, pods }: CarriedOutFleet,
  { sheds }: Deeds,
): Promise<void> {
  await Promise.all(
    sheds.map(async ({ pod: name, count, over }) => {
      const pod = pods.find(({ metadata }) => metadata.name === name)
      if (pod === undefined) return
      const request = { count, over }
      const begunAt = performance.now()
      const outcome = await client.shed(pod, request)
      const duration = performance.now() - begunAt
      observer.shed({ fleet: key, pod: name, request, outcome, duration })
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

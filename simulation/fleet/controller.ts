import { countSubscribers } from '../../src/controller/fleet/count-subscribers.ts'
import { ObservedPods } from '../../src/controller/fleet/observed-pods.ts'
import type { PodState, SubscriberCount } from '../../src/controller/fleet/pod-state.ts'
import { HORIZONTAL_POD_AUTOSCALER } from '../../src/controller/objects/children.ts'
import type { HorizontalPodAutoscaler } from '../../src/controller/objects/children.ts'
import type { Deployment } from '../../src/controller/objects/workloads.ts'
import type { FleetMemory, FleetPlan } from '../../src/controller/plan/fleet-plan.ts'
import { planFleet } from '../../src/controller/plan/plan-fleet.ts'
import type { StreamCapacitySpec, StreamCapacityStatus } from '../../src/schema/stream-capacity.ts'
import type { AutoscalerStatus } from '../kubernetes/horizontal-pod-autoscaler.ts'
import type { Pod } from './pod.ts'

/** The planner counts from 1970, a simulation from 0. */
const START = Date.parse('2026-01-01T00:00:00Z')

const METADATA = { name: 'streams', namespace: 'simulation', uid: 'streams', generation: 1 }

/** What the controller sees of Kubernetes. */
export interface Cluster {
  /** In seconds. */
  readonly now: number
  readonly deployment: Deployment
  readonly pods: readonly Pod[]
  readonly autoscaler: AutoscalerStatus | undefined
}

/** The controller of Runnel: its own observation of pods and its own planner, without their I/O. */
export class Controller {
  readonly #spec: StreamCapacitySpec
  readonly #observed = new ObservedPods()
  #status: StreamCapacityStatus = {}
  #memory: FleetMemory | undefined
  #plan: FleetPlan | undefined
  #states: readonly PodState[] = []

  constructor(spec: StreamCapacitySpec) {
    this.#spec = spec
  }

  /** `spec` of the HorizontalPodAutoscaler that it last wrote; undefined where it wrote none. */
  get autoscalerSpec(): unknown {
    return this.#autoscaler(undefined)?.spec
  }

  /** What the metrics API answers. */
  get count(): SubscriberCount {
    return countSubscribers(this.#states)
  }

  /** Asks pods for their snapshots: all of them, or only those that have not answered yet. */
  poll({ pods }: Pick<Cluster, 'pods'>, isFull: boolean): void {
    const objects = pods.map((pod) => ({ pod, object: pod.describe() }))
    const fleet = {
      key: 'simulation/streams',
      pods: objects.map(({ object }) => object),
      storedPods: this.#status.pods ?? [],
    }
    this.#observed.update([fleet])
    for (const { pod, object } of objects) {
      if (pod.phase !== 'Running' || !(isFull || this.#observed.isNew(object))) continue
      this.#observed.record(object, pod.answer(this.#spec.subscribersPerPod.limit))
    }
    this.#states = this.#observed.describe(fleet)
  }

  /** Plans from what it has observed, and takes the status and memory of the plan over. */
  plan({ now, deployment, autoscaler }: Cluster): FleetPlan {
    const own = this.#autoscaler(autoscaler)
    const plan = planFleet({
      now: START + Math.round(now * 1_000),
      metadata: METADATA,
      spec: this.#spec,
      status: this.#status,
      deployment,
      pods: this.#states,
      autoscalers: own === undefined ? [] : [own],
      scaledObject: undefined,
      olderRivals: [],
      conflicts: [],
      failure: undefined,
      providers: { metricsApi: 'ours', hasKeda: false, metricUrl: '' },
      memory: this.#memory,
    })
    this.#status = plan.status
    this.#memory = plan.memory
    this.#plan = plan
    return plan
  }

  #autoscaler(status: AutoscalerStatus | undefined): HorizontalPodAutoscaler | undefined {
    const child = this.#plan?.children.find(({ kind }) => kind === HORIZONTAL_POD_AUTOSCALER)
    if (child === undefined) return undefined
    return HORIZONTAL_POD_AUTOSCALER.schema.parse({ ...child.manifest, status })
  }
}

import type { Deployment as DeploymentObject } from '../../src/controller/objects/workloads.ts'
import { rankForDeletion } from '../kubernetes/rank-for-deletion.ts'
import { rollOut } from '../kubernetes/roll-out.ts'
import type { Pod } from './pod.ts'
import type { Pods } from './pods.ts'

/** As in the chart: with `maxUnavailable: 0`. */
const MAX_SURGE = 1

/** A Deployment and its ReplicaSets. While pods are replaced, a change of `replicas` goes to the new ReplicaSet alone. */
export class Deployment {
  readonly #pods: Pods
  #revision = 1
  /** Pods that the ReplicaSet of each template asks for. */
  #old = 0
  #new = 0
  replicas: number

  constructor(pods: Pods, replicas: number) {
    this.#pods = pods
    this.replicas = replicas
    this.#new = replicas
    for (let made = 0; made < replicas; made++) pods.createReady(this.#revision)
  }

  /** Changes the template, so that all pods are replaced. */
  restart(): void {
    this.#revision++
    this.#old += this.#new
    this.#new = 0
  }

  /** One round of the controllers of Deployments and ReplicaSets. */
  reconcile(now: number): void {
    const active = this.#pods.all.filter(({ isActive }) => isActive)
    const isNew = ({ revision }: Pod) => revision === this.#revision
    const sizes = rollOut(this.replicas, MAX_SURGE, {
      new: { replicas: this.#new, available: countReady(active.filter(isNew)) },
      old: { replicas: this.#old, available: countReady(active.filter((pod) => !isNew(pod))) },
    })
    this.#new = sizes.new
    this.#old = sizes.old
    this.#resize(now, this.#revision, active.filter(isNew), this.#new)
    this.#resize(
      now,
      this.#revision - 1,
      active.filter((pod) => !isNew(pod)),
      this.#old,
    )
  }

  /** As the API server shows it. */
  describe(graceSeconds: number, preStop: number): DeploymentObject {
    const active = this.#pods.all.filter(({ isActive }) => isActive)
    const ready = countReady(active)
    return {
      metadata: { name: 'runnel', namespace: 'simulation', uid: 'deployment', generation: 1 },
      spec: {
        replicas: this.replicas,
        selector: { matchLabels: { app: 'runnel' } },
        template: {
          spec: {
            terminationGracePeriodSeconds: graceSeconds,
            containers: [{ lifecycle: { preStop: { sleep: { seconds: preStop } } } }],
          },
        },
      },
      status: {
        observedGeneration: 1,
        replicas: active.length,
        updatedReplicas: active.filter(({ revision }) => revision === this.#revision).length,
        readyReplicas: ready,
        availableReplicas: ready,
      },
    }
  }

  #resize(now: number, revision: number, pods: readonly Pod[], size: number): void {
    for (let missing = size - pods.length; missing > 0; missing--) this.#pods.create(revision)
    const surplus = Math.max(0, pods.length - size)
    for (const pod of rankForDeletion(now, pods).slice(0, surplus)) this.#pods.delete(pod)
  }
}

function countReady(pods: readonly Pod[]): number {
  return pods.filter(({ isReady }) => isReady).length
}

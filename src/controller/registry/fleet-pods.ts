import type { Cluster } from '../cluster/cluster.ts'
import { formatLabelSelector } from '../objects/label-selector.ts'
import { POD, type Deployment, type Pod } from '../objects/workloads.ts'
import { Informer } from '../runtime/informer.ts'
import type { InformerObserver } from '../runtime/runtime-observer.ts'

export interface FleetPodsOptions {
  readonly cluster: Cluster
  readonly namespace: string
  readonly observer: InformerObserver
  /** A pod of the fleet has come, changed or gone. */
  readonly onChange: (fleet: string) => void
}

interface PodCopy {
  readonly selector: string
  readonly informer: Informer<Pod>
}

/**
 * Copies of the pods of each fleet, as its Deployment selects them: other pods of the namespace may be many, and
 * none of them is read.
 */
export class FleetPods {
  readonly #options: FleetPodsOptions
  /** By the key of the fleet. */
  readonly #copies = new Map<string, PodCopy>()

  constructor(options: FleetPodsOptions) {
    this.#options = options
  }

  get informers(): readonly Informer<Pod>[] {
    return [...this.#copies.values()].map(({ informer }) => informer)
  }

  /** Undefined where the fleet has no Deployment. */
  copyOf(fleet: string): Informer<Pod> | undefined {
    return this.#copies.get(fleet)?.informer
  }

  /** Copies the pods of these Deployments, by the keys of their fleets, and of no others. */
  follow(deployments: ReadonlyMap<string, Deployment>): void {
    for (const fleet of this.#copies.keys()) if (!deployments.has(fleet)) this.#forget(fleet)
    for (const [fleet, deployment] of deployments) this.#follow(fleet, deployment)
  }

  /** Sorted by name, so that plans do not depend on the order of events. */
  of(fleet: string): readonly Pod[] {
    const pods = this.copyOf(fleet)?.list() ?? []
    return pods.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }

  close(): void {
    for (const fleet of this.#copies.keys()) this.#forget(fleet)
  }

  #follow(fleet: string, deployment: Deployment): void {
    const selector = formatLabelSelector(deployment.spec.selector)
    if (this.#copies.get(fleet)?.selector === selector) return
    this.#forget(fleet)
    const { cluster, namespace, observer, onChange } = this.#options
    const informer = new Informer({
      cluster,
      kind: POD,
      selection: { namespace, labelSelector: selector },
      observer,
      onChange: () => {
        onChange(fleet)
      },
    })
    this.#copies.set(fleet, { selector, informer })
    informer.start()
  }

  #forget(fleet: string): void {
    this.#copies.get(fleet)?.informer.close()
    this.#copies.delete(fleet)
  }
}

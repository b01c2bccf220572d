import type { Cluster } from '../cluster/cluster.ts'
import {
  CONFIG_MAP,
  HORIZONTAL_POD_AUTOSCALER,
  POD_DISRUPTION_BUDGET,
  SCALED_OBJECT,
  type ScaledObject,
} from '../objects/children.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject, ObjectKey } from '../objects/metadata.ts'
import { STREAM_CAPACITY } from '../objects/stream-capacity.ts'
import { DEPLOYMENT } from '../objects/workloads.ts'
import { MANAGED_BY } from '../plan/children/child-metadata.ts'
import { Informer } from '../runtime/informer.ts'
import type { InformerObserver } from '../runtime/runtime-observer.ts'

export interface CopiesOptions {
  readonly cluster: Cluster
  readonly namespace: string
  readonly observer: InformerObserver
  /** An object of this kind and key may look different from before. */
  readonly onChange: (kind: Kind, key: ObjectKey) => void
}

/** A copy of all selected objects of a kind. */
export type Copy<T extends KubeObject = KubeObject> = Pick<
  Informer<T>,
  | 'kind'
  | 'synced'
  | 'hasSynced'
  | 'silence'
  | 'problem'
  | 'start'
  | 'close'
  | 'get'
  | 'list'
  | 'noteWrite'
  | 'isCurrent'
>

/** Only what the controller has written: a namespace may hold many large ones. */
const OWN = `${MANAGED_BY.name}=${MANAGED_BY.value}`

/** Copies of all objects that plans depend on, pods aside. */
export class ClusterCopies {
  readonly #options: CopiesOptions
  readonly streamCapacities
  readonly deployments
  /** Of others too: two that scale the same pods work against each other. */
  readonly autoscalers
  readonly budgets
  readonly configMaps
  #scaledObjects: Informer<ScaledObject> | undefined

  constructor(options: CopiesOptions) {
    this.#options = options
    this.streamCapacities = this.#informer(STREAM_CAPACITY)
    this.deployments = this.#informer(DEPLOYMENT)
    this.autoscalers = this.#informer(HORIZONTAL_POD_AUTOSCALER)
    this.budgets = this.#informer(POD_DISRUPTION_BUDGET, OWN)
    this.configMaps = this.#informer(CONFIG_MAP, OWN)
  }

  /** Undefined where KEDA is not in the cluster. */
  get scaledObjects(): Copy<ScaledObject> | undefined {
    return this.#scaledObjects
  }

  get all(): readonly Copy[] {
    return [this.streamCapacities, this.deployments, ...this.children]
  }

  /** Of the kinds that the controller writes for a fleet. */
  get children(): readonly Copy[] {
    const scaledObjects = this.#scaledObjects === undefined ? [] : [this.#scaledObjects]
    return [this.configMaps, this.autoscalers, this.budgets, ...scaledObjects]
  }

  of({ kind }: Pick<Kind, 'kind'>): Copy | undefined {
    return this.all.find((copy) => copy.kind.kind === kind)
  }

  start(): void {
    for (const informer of this.all) informer.start()
  }

  startScaledObjects(): void {
    if (this.#scaledObjects !== undefined) return
    this.#scaledObjects = this.#informer(SCALED_OBJECT, OWN)
    this.#scaledObjects.start()
  }

  /** Watching a kind that is gone would make the controller look unhealthy. */
  stopScaledObjects(): void {
    this.#scaledObjects?.close()
    this.#scaledObjects = undefined
  }

  close(): void {
    for (const informer of this.all) informer.close()
  }

  #informer<T extends KubeObject>(kind: Kind<T>, labelSelector?: string): Informer<T> {
    const { cluster, namespace, observer, onChange } = this.#options
    return new Informer({
      cluster,
      kind,
      selection: { namespace, labelSelector },
      observer,
      onChange: (key) => {
        onChange(kind, key)
      },
    })
  }
}

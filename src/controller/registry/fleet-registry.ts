import type { Cluster } from '../cluster/cluster.ts'
import { countSubscribers } from '../fleet/count-subscribers.ts'
import type { ObservedFleet } from '../fleet/observed-pods.ts'
import type { PodState, SubscriberCount } from '../fleet/pod-state.ts'
import { SnapshotPoller, type SnapshotPollerOptions } from '../fleet/snapshot-poller.ts'
import type { Kind } from '../objects/kind.ts'
import { formatKey, keyOf, type ObjectKey } from '../objects/metadata.ts'
import { storedStatus, STREAM_CAPACITY, type StreamCapacity } from '../objects/stream-capacity.ts'
import { DEPLOYMENT, POD, type Deployment, type Pod } from '../objects/workloads.ts'
import type { InformerObserver } from '../runtime/runtime-observer.ts'
import { ClusterCopies, type Copy } from './cluster-copies.ts'
import { FleetChanges } from './fleet-changes.ts'
import { FleetPods } from './fleet-pods.ts'
import { KedaWatch } from './keda-watch.ts'
import { targetOf } from './targets.ts'

export interface FleetRegistryOptions {
  readonly cluster: Cluster
  readonly namespace: string
  /** Labels of this controller's objects. One with another value is left to a controller of that value. */
  readonly labels: Readonly<Record<string, string | undefined>>
  readonly read: SnapshotPollerOptions['read']
  /** In ms. */
  readonly snapshotInterval: number
  readonly observer: InformerObserver
  readonly onKedaError: (error: unknown) => void
  /** These fleets should be looked at. */
  readonly onChange: (fleets: Iterable<string>) => void
}

const UNKNOWN: SubscriberCount = {
  isKnown: false,
  problem: 'the controller does not know all pods yet',
}

/** All fleets of the namespace and all that is known of them. Every replica has it, since each may be asked. */
export class FleetRegistry {
  readonly copies: ClusterCopies
  readonly keda: KedaWatch
  readonly #options: FleetRegistryOptions
  readonly #changes: FleetChanges
  readonly #pods: FleetPods
  readonly #poller: SnapshotPoller
  #hasSynced = false
  #isClosed = false

  constructor(options: FleetRegistryOptions) {
    this.#options = options
    const { cluster, snapshotInterval, read, onChange, onKedaError } = options
    this.copies = new ClusterCopies({
      ...options,
      onChange: (kind, key) => {
        this.#handleChange(kind, key)
      },
    })
    this.#changes = new FleetChanges(this.copies)
    this.keda = new KedaWatch({
      cluster,
      onChange: (isServed) => {
        if (isServed) this.copies.startScaledObjects()
        else this.copies.stopScaledObjects()
      },
      onError: onKedaError,
    })
    this.#pods = new FleetPods({
      ...options,
      onChange: (fleet) => {
        onChange([fleet])
      },
    })
    this.#poller = new SnapshotPoller({
      interval: snapshotInterval,
      fleets: () => this.objects.map((object) => this.#observe(object)),
      read,
      onChange,
    })
  }

  /** The objects that this controller looks after. */
  get objects(): readonly StreamCapacity[] {
    return this.copies.streamCapacities.list().filter((object) => this.#isOwn(object))
  }

  /** Whether all objects and pods have been known once, and each running pod had been asked. */
  get hasSynced(): boolean {
    return this.#hasSynced
  }

  /** All copies, those of pods included. */
  get allCopies(): readonly Copy[] {
    return [...this.copies.all, ...this.#pods.informers]
  }

  find(key: ObjectKey): StreamCapacity | undefined {
    const object = this.copies.streamCapacities.get(key)
    return object !== undefined && this.#isOwn(object) ? object : undefined
  }

  /** Whether the pods of a fleet are known: they are copied anew where the Deployment selects others. */
  knowsPodsOf(fleet: ObjectKey): boolean {
    return this.#hasSynced && this.#pods.copyOf(formatKey(fleet))?.hasSynced !== false
  }

  podsOf(fleet: ObjectKey): readonly Pod[] {
    return this.#pods.of(formatKey(fleet))
  }

  describePods(object: StreamCapacity): readonly PodState[] {
    return this.#poller.describe(this.#observe(object))
  }

  /** The copy that has the objects of a kind which belong to a fleet. */
  copyOf(kind: Pick<Kind, 'kind'>, fleet: ObjectKey): Copy | undefined {
    return kind.kind === POD.kind ? this.#pods.copyOf(formatKey(fleet)) : this.copies.of(kind)
  }

  /** The streams of a fleet; undefined if there is no such fleet. */
  count(key: ObjectKey): SubscriberCount | undefined {
    if (!this.#hasSynced) return UNKNOWN
    const object = this.find(key)
    if (object === undefined) return undefined
    return this.knowsPodsOf(key) ? countSubscribers(this.describePods(object)) : UNKNOWN
  }

  /** Resolves to true once all is known, and to false if `close` comes before. */
  async start(): Promise<boolean> {
    this.copies.start()
    await this.keda.start()
    await Promise.all(this.copies.all.map(async ({ synced }) => synced))
    this.#followPods()
    await Promise.all(this.#pods.informers.map(async ({ synced }) => synced))
    if (this.#isClosed) return false
    await this.#poller.start()
    this.#hasSynced = !this.#isClosed
    return this.#hasSynced
  }

  close(): void {
    this.#isClosed = true
    this.#poller.close()
    this.keda.close()
    this.#pods.close()
    this.copies.close()
  }

  /** Whether no label belongs to another controller. One that an object lacks is that of its Deployment. */
  #isOwn(object: StreamCapacity): boolean {
    const { namespace, labels } = object.metadata
    const name = targetOf(object)
    const target = name === undefined ? undefined : this.copies.deployments.get({ namespace, name })
    return Object.entries(this.#options.labels).every(([label, own]) => {
      const value = labels?.[label] ?? target?.metadata.labels?.[label]
      return value === undefined || own === undefined || value === own
    })
  }

  #observe(object: StreamCapacity): ObservedFleet {
    const key = formatKey(keyOf(object))
    return { key, pods: this.#pods.of(key), storedPods: storedStatus(object).pods ?? [] }
  }

  #handleChange(kind: Kind, key: ObjectKey): void {
    if (kind.kind === STREAM_CAPACITY.kind || kind.kind === DEPLOYMENT.kind) this.#followPods()
    this.#options.onChange(this.#changes.affectedBy(kind, key, this.objects))
  }

  /** Follows the pods of all fleets whose Deployments are there. */
  #followPods(): void {
    const { streamCapacities, deployments } = this.copies
    // Until all are listed, a fleet that is missing may be there.
    if (this.#isClosed || !streamCapacities.hasSynced || !deployments.hasSynced) return
    const found = new Map<string, Deployment>()
    for (const object of this.objects) {
      const { namespace } = object.metadata
      const name = targetOf(object)
      const deployment = name === undefined ? undefined : deployments.get({ namespace, name })
      if (deployment !== undefined) found.set(formatKey(keyOf(object)), deployment)
    }
    this.#pods.follow(found)
  }
}

import type { Cluster } from './cluster/cluster.ts'
import type { FleetGauges } from './controller-telemetry.ts'
import { countSubscribers } from './fleet/count-subscribers.ts'
import type { PodReader } from './fleet/pod-reader.ts'
import type { PodState, SubscriberCount } from './fleet/pod-state.ts'
import type { ObservedFleet } from './fleet/observed-pods.ts'
import { SnapshotPoller } from './fleet/snapshot-poller.ts'
import type { Kind } from './objects/kind.ts'
import { formatKey, keyOf, type ObjectKey } from './objects/metadata.ts'
import { STREAM_CAPACITY, type StreamCapacity } from './objects/stream-capacity.ts'
import { DEPLOYMENT, type Pod } from './objects/workloads.ts'
import { ClusterCopies } from './reconcile/cluster-copies.ts'
import { FleetPods } from './reconcile/fleet-pods.ts'
import { storedStatus } from './reconcile/fleet-sources.ts'
import { targetOf } from './reconcile/targets.ts'
import type { InformerObserver } from './runtime/runtime-observer.ts'

export interface FleetRegistryOptions {
  readonly cluster: Cluster
  readonly namespace: string
  /** The release of this controller; objects of another one are left to its own controller. */
  readonly instance: string | undefined
  readonly reader: PodReader
  readonly snapshotInterval: number
  readonly observer: InformerObserver
  /** These fleets should be looked at. */
  readonly onChange: (fleets: Iterable<string>) => void
}

const INSTANCE = 'app.kubernetes.io/instance'

/** All fleets of the namespace and all that is known of them. Every replica has it, since each may be asked. */
export class FleetRegistry {
  readonly copies: ClusterCopies
  readonly pods: FleetPods
  readonly #options: FleetRegistryOptions
  readonly #poller: SnapshotPoller
  /** The generation of each object that was last looked at: its status alone is written here, and no news. */
  readonly #generations = new Map<string, string>()
  #hasPolled = false

  constructor(options: FleetRegistryOptions) {
    const { cluster, namespace, observer, reader, snapshotInterval, onChange } = options
    this.#options = options
    this.copies = new ClusterCopies({
      cluster,
      namespace,
      observer,
      onChange: (kind, key) => {
        this.#handleChange(kind, key)
      },
    })
    this.pods = new FleetPods({
      cluster,
      namespace,
      observer,
      onChange: (fleet) => {
        onChange([fleet])
      },
    })
    this.#poller = new SnapshotPoller({
      interval: snapshotInterval,
      fleets: () => this.#observed(),
      read: async (pod) => reader.read(pod),
      onChange,
    })
  }

  /** The objects that this controller looks after. */
  get objects(): readonly StreamCapacity[] {
    const { instance } = this.#options
    return this.copies.streamCapacities.list().filter(({ metadata }) => {
      const release = metadata.labels?.[INSTANCE]
      return release === undefined || instance === undefined || release === instance
    })
  }

  get keys(): readonly string[] {
    return this.objects.map((object) => formatKey(keyOf(object)))
  }

  /** Whether all objects and pods are known, and each running pod has been asked. */
  get hasSynced(): boolean {
    return (
      this.#hasPolled &&
      this.copies.hasSynced &&
      this.pods.fleets.every((fleet) => this.pods.hasSynced(fleet))
    )
  }

  find(key: ObjectKey): StreamCapacity | undefined {
    const object = this.copies.streamCapacities.get(key)
    return object !== undefined && this.objects.includes(object) ? object : undefined
  }

  podsOf(fleet: string): readonly Pod[] {
    return this.pods.of(fleet)
  }

  describePods(fleet: string): readonly PodState[] {
    const object = this.objects.find((each) => formatKey(keyOf(each)) === fleet)
    return object === undefined ? [] : this.#poller.describe(this.#observe(object))
  }

  /** The streams of a fleet; undefined if there is no such fleet. */
  count(key: ObjectKey): SubscriberCount | undefined {
    const object = this.find(key)
    return object === undefined ? undefined : countSubscribers(this.describePods(formatKey(key)))
  }

  /** What metrics tell of each fleet. */
  get gauges(): readonly FleetGauges[] {
    return this.objects.map(({ metadata: { namespace = '', name } }) => {
      const pods = this.describePods(formatKey({ namespace, name }))
      const count = countSubscribers(pods)
      return {
        namespace,
        name,
        subscribers: count.isKnown && this.hasSynced ? count.subscribers : undefined,
        silentPods: pods.filter(({ silence }) => silence !== undefined).length,
      }
    })
  }

  /** Resolves once all is known, or `signal` ends it. */
  async start(): Promise<void> {
    this.copies.start()
    const synced = this.copies.all.map(async ({ synced: each }) => each)
    const isOpen = (await Promise.all(synced)).every(Boolean)
    if (!isOpen) return
    this.#followPods()
    await Promise.all(this.pods.informers.map(async (informer) => informer.synced))
    await this.#poller.start()
    this.#hasPolled = true
  }

  close(): void {
    this.#poller.close()
    this.pods.close()
    this.copies.close()
  }

  #observed(): readonly ObservedFleet[] {
    return this.objects.map((object) => this.#observe(object))
  }

  #observe(object: StreamCapacity): ObservedFleet {
    const key = formatKey(keyOf(object))
    return { key, pods: this.pods.of(key), storedPods: storedStatus(object).pods ?? [] }
  }

  #handleChange(kind: Kind, key: ObjectKey): void {
    const isSpecOrTarget = kind.kind === STREAM_CAPACITY.kind || kind.kind === DEPLOYMENT.kind
    if (isSpecOrTarget && this.copies.hasSynced) this.#followPods()
    if (kind.kind === STREAM_CAPACITY.kind && !this.#isNews(key)) return
    this.#options.onChange(this.#affected(kind, key))
  }

  #isNews(key: ObjectKey): boolean {
    const name = formatKey(key)
    const metadata = this.copies.streamCapacities.get(key)?.metadata
    const { uid = '', generation = 0, deletionTimestamp = '', labels = {} } = metadata ?? {}
    const state = JSON.stringify([uid, generation, deletionTimestamp, labels])
    if (metadata === undefined) this.#generations.delete(name)
    else if (this.#generations.get(name) === state) return false
    else this.#generations.set(name, state)
    return true
  }

  /** A Deployment concerns the fleets that it is the target of; all else may concern any fleet. */
  #affected(kind: Kind, { name }: ObjectKey): readonly string[] {
    if (kind.kind !== DEPLOYMENT.kind) return this.keys
    return this.objects
      .filter((object) => targetOf(object) === name)
      .map((object) => formatKey(keyOf(object)))
  }

  #followPods(): void {
    const present = new Set(this.keys)
    for (const fleet of this.pods.fleets) if (!present.has(fleet)) this.pods.forget(fleet)
    for (const object of this.objects) {
      const { namespace } = object.metadata
      const target = targetOf(object)
      const deployment =
        target === undefined ? undefined : this.copies.deployments.get({ namespace, name: target })
      this.pods.follow(formatKey(keyOf(object)), deployment)
    }
  }
}

import type { ApplyOptions, Cluster, Manifest } from '../cluster/cluster.ts'
import type { Kind } from '../objects/kind.ts'
import { formatKey, keyOf, type KubeObject, type ObjectKey } from '../objects/metadata.ts'
import { DEPLOYMENT } from '../objects/workloads.ts'
import type { ClusterWrites } from './leader-writes.ts'
import { RefusedWrites } from './refused-writes.ts'
import { UnseenFleetWrites, type FindCopy } from './unseen-fleet-writes.ts'

export interface FleetClusterOptions {
  readonly reads: Pick<Cluster, 'get'>
  readonly writes: Pick<ClusterWrites, 'apply' | 'scale' | 'delete'>
  /** The copies from which the fleet is planned. */
  readonly findCopy: FindCopy
}

/** The cluster as plans of one fleet are carried out in it. It remembers what was written, and what was refused. */
export class FleetCluster {
  readonly #options: FleetClusterOptions
  readonly #unseen: UnseenFleetWrites
  readonly #refused = new RefusedWrites()

  constructor(options: FleetClusterOptions) {
    this.#options = options
    this.#unseen = new UnseenFleetWrites(options.findCopy)
  }

  /** Whether the copies show all that was written. Until then, a plan would ask for it again. */
  areWritesSeen(): boolean {
    return this.#unseen.areSettled()
  }

  async get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined> {
    return this.#options.reads.get(kind, key)
  }

  async apply(kind: Kind, manifest: Manifest, options: ApplyOptions): Promise<void> {
    const path = `${formatKey(manifest.metadata)}/${options.subresource ?? ''}`
    const written = await this.#refused.send(`apply ${kind.kind} ${path}`, manifest, async () =>
      this.#options.writes.apply(kind, manifest, options),
    )
    this.#unseen.noteStored(kind, written)
  }

  async scale(deployment: ObjectKey, replicas: number): Promise<void> {
    const name = `scale ${formatKey(deployment)}`
    const scaled = await this.#refused.send(name, replicas, async () =>
      this.#options.writes.scale(deployment, replicas),
    )
    this.#unseen.noteStored(DEPLOYMENT, scaled)
  }

  /** Deletes this very object, and no namesake. */
  async delete(kind: Kind, object: KubeObject): Promise<void> {
    const key = keyOf(object)
    const { uid } = object.metadata
    await this.#refused.send(`delete ${kind.kind} ${formatKey(key)}`, uid, async () =>
      this.#options.writes.delete(kind, key, { uid }),
    )
    this.#unseen.noteDeleted(kind, object)
  }
}

import type { ApplyOptions, Cluster, Manifest } from '../cluster/cluster.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject, ObjectKey } from '../objects/metadata.ts'

/** What changes the cluster. */
export type ClusterWrites = Pick<Cluster, 'create' | 'apply' | 'scale' | 'delete'>

/** Another replica leads, or this one was stopped for so long that another may lead. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError'

  constructor() {
    super('this replica does not lead, so it changes nothing')
  }
}

/**
 * Throws unless this replica leads. It is asked right before each request that changes something: a process that
 * was stopped goes on in the middle of its work, long after another has taken over.
 */
export function requireLeader(isLeader: () => boolean): void {
  if (!isLeader()) throw new NotLeaderError()
}

/** Writes for the leader alone. */
export class LeaderWrites implements ClusterWrites {
  readonly #cluster: ClusterWrites
  readonly #isLeader: () => boolean

  constructor(cluster: ClusterWrites, isLeader: () => boolean) {
    this.#cluster = cluster
    this.#isLeader = isLeader
  }

  async create<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T> {
    requireLeader(this.#isLeader)
    return this.#cluster.create(kind, manifest)
  }

  async apply<T extends KubeObject>(
    kind: Kind<T>,
    manifest: Manifest,
    options: ApplyOptions,
  ): Promise<T> {
    requireLeader(this.#isLeader)
    return this.#cluster.apply(kind, manifest, options)
  }

  async scale(deployment: ObjectKey, replicas: number): Promise<KubeObject> {
    requireLeader(this.#isLeader)
    return this.#cluster.scale(deployment, replicas)
  }

  async delete(
    kind: Kind,
    key: ObjectKey,
    options?: { readonly uid?: string | undefined },
  ): Promise<void> {
    requireLeader(this.#isLeader)
    return this.#cluster.delete(kind, key, options)
  }
}

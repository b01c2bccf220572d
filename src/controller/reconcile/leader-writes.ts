import type { ApplyOptions, Cluster, Manifest } from '../cluster/cluster.ts'
import type { ShedClient, ShedOutcome, ShedRequest } from '../fleet/shed-client.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject, ObjectKey } from '../objects/metadata.ts'
import type { Pod } from '../objects/workloads.ts'

/** What changes the cluster or its pods. */
export type ClusterWrites = Pick<Cluster, 'create' | 'apply' | 'scale' | 'delete'> &
  Pick<ShedClient, 'shed'>

/** Another replica leads, or this one was stopped for so long that another may lead. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError'

  constructor() {
    super('this replica does not lead, so it changes nothing')
  }
}

/**
 * Changes things for the leader alone. Leadership is asked for right before each request: a process that was stopped
 * goes on in the middle of its work, long after another has taken over.
 */
export class LeaderWrites implements ClusterWrites {
  readonly #cluster: Omit<ClusterWrites, 'shed'>
  readonly #pods: Pick<ShedClient, 'shed'>
  readonly #isLeader: () => boolean

  constructor(
    cluster: Omit<ClusterWrites, 'shed'>,
    pods: Pick<ShedClient, 'shed'>,
    isLeader: () => boolean,
  ) {
    this.#cluster = cluster
    this.#pods = pods
    this.#isLeader = isLeader
  }

  async create<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T> {
    this.#requireLeader()
    return this.#cluster.create(kind, manifest)
  }

  async apply<T extends KubeObject>(
    kind: Kind<T>,
    manifest: Manifest,
    options: ApplyOptions,
  ): Promise<T> {
    this.#requireLeader()
    return this.#cluster.apply(kind, manifest, options)
  }

  async scale(deployment: ObjectKey, replicas: number): Promise<KubeObject> {
    this.#requireLeader()
    return this.#cluster.scale(deployment, replicas)
  }

  async delete(
    kind: Kind,
    key: ObjectKey,
    options?: { readonly uid?: string | undefined },
  ): Promise<void> {
    this.#requireLeader()
    return this.#cluster.delete(kind, key, options)
  }

  async shed(pod: Pod, request: ShedRequest): Promise<ShedOutcome> {
    this.#requireLeader()
    return this.#pods.shed(pod, request)
  }

  #requireLeader(): void {
    if (!this.#isLeader()) throw new NotLeaderError()
  }
}

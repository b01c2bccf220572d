import type { KubeConfig } from '@kubernetes/client-node'
import type {
  ApplyOptions,
  Cluster,
  Manifest,
  Page,
  PageRequest,
  PodRequest,
  Selection,
  WatchEvent,
  WatchRequest,
} from '../cluster/cluster.ts'
import { ClusterError, isClusterError } from '../cluster/cluster-error.ts'
import type { Kind } from '../objects/kind.ts'
import { formatKey, type KubeObject, type ObjectKey } from '../objects/metadata.ts'
import { DEPLOYMENT, POD, SCALE } from '../objects/workloads.ts'
import { ApiClient, type ClientLimits } from './api-client.ts'
import { callOn, type ApiObserver } from './api-call.ts'
import { explainFailure } from './explain-failure.ts'
import { readObject, readPage, readServedPlurals } from './read-objects.ts'
import { collectionPath, objectPath, parentPath, versionPath, withQuery } from './resource-path.ts'
import { watchObjects } from './watch-objects.ts'

export interface ClusterLimits extends ClientLimits {
  /** In bytes: most for one change in a watch. */
  readonly maxLine: number
}

export interface KubeClusterOptions {
  readonly config: KubeConfig
  readonly observer?: ApiObserver
  readonly limits?: Partial<ClusterLimits>
}

const DEFAULT_LIMITS: ClusterLimits = {
  requestTimeout: 30_000,
  // Bookmarks come about once a minute.
  watchSilence: 100_000,
  maxConnections: 8,
  maxAnswer: 64 * 1024 * 1024,
  // More than an API server stores of one object.
  maxLine: 8 * 1024 * 1024,
}

const UNOBSERVED: ApiObserver = { answered: () => {}, watchEnded: () => {} }

/** In bytes. */
const MAX_POD_ANSWER = 1024 * 1024

/** Fields that the API server does not know are errors of the controller, not to be dropped in silence. */
const STRICT = { fieldValidation: 'Strict' }

/** The cluster of a kubeconfig, or the one that the pod runs in. */
export class KubeCluster implements Cluster {
  readonly #client: ApiClient
  readonly #observer: ApiObserver
  readonly #maxLine: number

  constructor({ config, observer = UNOBSERVED, limits: changed }: KubeClusterOptions) {
    const limits = { ...DEFAULT_LIMITS, ...changed }
    this.#client = new ApiClient({ config, observer, limits })
    this.#observer = observer
    this.#maxLine = limits.maxLine
  }

  async get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined> {
    const path = objectPath(kind, key)
    try {
      return readObject(
        kind,
        await this.#client.call({ call: callOn('get', kind, key), method: 'GET', path }),
      )
    } catch (error) {
      if (isClusterError(error, 'not-found')) return undefined
      throw error
    }
  }

  async list<T extends KubeObject>(
    kind: Kind<T>,
    { namespace, labelSelector, fieldSelector }: Selection,
    { limit, continueToken, signal }: PageRequest = {},
  ): Promise<Page<T>> {
    const query = { labelSelector, fieldSelector, limit, continue: continueToken }
    const path = withQuery(collectionPath(kind, namespace), query)
    const call = callOn('list', kind, { namespace })
    return readPage(kind, await this.#client.call({ call, method: 'GET', path, signal }))
  }

  watch<T extends KubeObject>(
    kind: Kind<T>,
    selection: Selection,
    request: WatchRequest,
  ): AsyncIterable<WatchEvent<T>> {
    const context = { client: this.#client, observer: this.#observer, maxLine: this.#maxLine }
    return watchObjects(context, kind, selection, request)
  }

  async create<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T> {
    const { metadata } = manifest
    const answer = await this.#client.call({
      call: callOn('create', kind, metadata),
      method: 'POST',
      path: withQuery(parentPath(kind, metadata), STRICT),
      body: bodyOf(kind, manifest),
    })
    return readObject(kind, answer)
  }

  async replace<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T> {
    const { metadata } = manifest
    // Without one, the API server overwrites objects of many kinds unasked.
    if (metadata.resourceVersion === undefined) {
      const name = `${kind.kind} ${formatKey(metadata)}`
      throw new ClusterError('invalid', `${name} cannot be replaced without a resource version.`)
    }
    const answer = await this.#client.call({
      call: callOn('update', kind, metadata),
      method: 'PUT',
      path: withQuery(objectPath(kind, metadata), STRICT),
      body: bodyOf(kind, manifest),
    })
    return readObject(kind, answer)
  }

  async apply<T extends KubeObject>(
    kind: Kind<T>,
    manifest: Manifest,
    { fieldManager, subresource }: ApplyOptions,
  ): Promise<T> {
    const { metadata } = manifest
    const answer = await this.#client.call({
      call: callOn('patch', kind, metadata, subresource),
      method: 'PATCH',
      path: withQuery(objectPath(kind, metadata, subresource), {
        ...STRICT,
        fieldManager,
        force: true,
      }),
      contentType: 'application/apply-patch+yaml',
      isRepeatable: true,
      body: bodyOf(kind, manifest),
    })
    return readObject(kind, answer)
  }

  async scale(deployment: ObjectKey, replicas: number): Promise<KubeObject> {
    const answer = await this.#client.call({
      call: callOn('patch', DEPLOYMENT, deployment, 'scale'),
      method: 'PATCH',
      path: objectPath(DEPLOYMENT, deployment, 'scale'),
      contentType: 'application/merge-patch+json',
      body: { spec: { replicas } },
    })
    return readObject(SCALE, answer)
  }

  async delete(
    kind: Kind,
    key: ObjectKey,
    { uid }: { readonly uid?: string | undefined } = {},
  ): Promise<void> {
    const preconditions = uid === undefined ? {} : { preconditions: { uid } }
    const path = objectPath(kind, key)
    try {
      await this.#client.call({
        call: callOn('delete', kind, key),
        method: 'DELETE',
        path,
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: 'Background',
          ...preconditions,
        },
      })
    } catch (error) {
      // With a uid, a conflict says that the object of that name is another one.
      if (isClusterError(error, 'not-found')) return
      if (uid !== undefined && isClusterError(error, 'conflict')) return
      throw error
    }
  }

  async readPod(
    { namespace, name }: ObjectKey,
    { port, path, signal }: PodRequest,
  ): Promise<string> {
    const call = callOn('get', POD, { namespace, name }, 'proxy')
    // The API server reads the scheme and the port out of the name.
    const proxy = objectPath(POD, { namespace, name: `http:${name}:${port}` }, 'proxy')
    const request = {
      call,
      method: 'GET',
      path: `${proxy}${path}`,
      maxAnswer: MAX_POD_ANSWER,
    } as const
    try {
      return await this.#client.text({ ...request, signal })
    } catch (error) {
      if (error instanceof ClusterError) throw error
      throw explainFailure(call, error)
    }
  }

  async serves(kind: Pick<Kind, 'apiVersion' | 'plural'>): Promise<boolean> {
    const path = versionPath(kind)
    try {
      const answer = await this.#client.call({ call: { verb: 'get', path }, method: 'GET', path })
      return readServedPlurals(kind, answer).includes(kind.plural)
    } catch (error) {
      if (isClusterError(error, 'not-found')) return false
      throw error
    }
  }

  /** Cuts all requests that are under way. */
  async close(): Promise<void> {
    await this.#client.close()
  }
}

function bodyOf({ apiVersion, kind }: Kind, manifest: Manifest): Manifest {
  return { ...manifest, apiVersion, kind }
}

import type { Kind } from '../objects/kind.ts'
import type { KubeObject, Metadata, ObjectKey } from '../objects/metadata.ts'

/** Which objects of a kind. Without a namespace: those of all namespaces. */
export interface Selection {
  readonly namespace?: string | undefined
  /** As in a query: `app=runnel,tier in (a,b)`. */
  readonly labelSelector?: string | undefined
  /** As in a query: `metadata.name=runnel`. */
  readonly fieldSelector?: string | undefined
}

export interface PageRequest {
  /** Most objects of the page. */
  readonly limit?: number
  /** From the page before. */
  readonly continueToken?: string | undefined
  /** Ends the request, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Of the list as a whole; a watch goes on from here. */
  readonly resourceVersion: string
  /** Undefined on the last page. */
  readonly continueToken: string | undefined
}

export interface WatchRequest {
  readonly resourceVersion: string
  /** Ends the watch; the iteration then just ends. */
  readonly signal: AbortSignal
}

export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  /** Nothing has changed up to here. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string }

/** An object as it is sent: the fields that the sender means to set, and no others. */
export interface Manifest {
  readonly metadata: Pick<Metadata, 'name'> & Partial<Metadata>
  readonly [field: string]: unknown
}

export interface ApplyOptions {
  /** Who owns the fields. What this manager applied before and leaves out now is removed. */
  readonly fieldManager: string
  readonly subresource?: 'status'
}

export interface PodRequest {
  readonly port: number
  /** With its slash. */
  readonly path: string
  /** Ends the request. */
  readonly signal: AbortSignal
}

/**
 * What the controller does with the Kubernetes API. All requests end within a bounded time, and reject with
 * a `ClusterError` only. The promises are numbered; `cluster.suite.ts` proves them for every adapter.
 *
 * 1. `get` resolves to the stored object, without the fields outside the schema of its kind; undefined if
 *    there is none.
 * 2. `list` yields every selected object once over its pages, in the state of one moment, which is no earlier
 *    than the request for the first page.
 * 3. `watch` yields all changes after its resource version, in order, none twice, until its signal; it ends
 *    by itself at times, and is asked again from the last resource version seen. It rejects with `expired` where
 *    that version is too old.
 * 4. An object that comes to match a selection is `added`, one that ceases to match is `deleted`.
 * 5. `create` rejects with `already-exists` where there is one.
 * 6. `replace` needs the resource version that was read, and rejects with `conflict` if it is outdated.
 * 7. `apply` creates the object or changes only the fields it names, takes them from whoever owned them, and
 *    removes fields that the same manager applied before and leaves out now. With a `uid` it rejects
 *    unless the object is that one, and with a resource version it rejects with `conflict` if that is outdated.
 * 8. An `apply` that changes nothing leaves the resource version as it was.
 * 9. `apply` with `status` changes nothing but the status, one without changes no status.
 * 10. `scale` sets the replicas of a Deployment and nothing else. It resolves to the metadata that the Deployment has then.
 * 11. `delete` of what is not there resolves; with a `uid` it deletes that object, and resolves without touching
 *    a namesake.
 * 12. `serves` tells whether the API server knows a kind at present.
 * 13. `readPod` resolves to the text that a pod answers with 200, of at most 1 MiB. It rejects with `forbidden` without
 *     the right to `get` `pods/proxy`, and with `unavailable` if the API server cannot reach the pod or the signal
 *     ends the request.
 *
 * Sources: Kubernetes API Concepts (resource versions, watches, pagination); KEP-555 (server-side apply).
 */
export interface Cluster {
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined>
  list<T extends KubeObject>(
    kind: Kind<T>,
    selection: Selection,
    page?: PageRequest,
  ): Promise<Page<T>>
  watch<T extends KubeObject>(
    kind: Kind<T>,
    selection: Selection,
    request: WatchRequest,
  ): AsyncIterable<WatchEvent<T>>
  create<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T>
  replace<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T>
  apply<T extends KubeObject>(kind: Kind<T>, manifest: Manifest, options: ApplyOptions): Promise<T>
  scale(deployment: ObjectKey, replicas: number): Promise<KubeObject>
  delete(kind: Kind, key: ObjectKey, options?: { readonly uid?: string | undefined }): Promise<void>
  serves(kind: Pick<Kind, 'apiVersion' | 'plural'>): Promise<boolean>
  /** Sends a GET to a port of a pod through the API server, which speaks plain HTTP with it. */
  readPod(pod: ObjectKey, request: PodRequest): Promise<string>
}

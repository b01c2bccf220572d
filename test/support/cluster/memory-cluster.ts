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
} from '../../../src/controller/cluster/cluster.ts'
import type { Kind } from '../../../src/controller/objects/kind.ts'
import {
  formatKey,
  type KubeObject,
  type ObjectKey,
} from '../../../src/controller/objects/metadata.ts'
import { DEPLOYMENT } from '../../../src/controller/objects/workloads.ts'
import { clusterError } from './errors.ts'
import { addressOf, ServedKinds } from './kinds.ts'
import { ObjectStore, type Entry, type StoredObject } from './object-store.ts'
import {
  applyObject,
  createObject,
  isSameEntry,
  replaceObject,
  seedObject,
  type NewEntry,
} from './object-writes.ts'
import { checkApply, checkReplace } from './preconditions.ts'
import { Requests, type Request, type Verb } from './requests.ts'
import { isSelected } from './selection.ts'
import { validate } from './validation.ts'
import { Watches } from './watches.ts'

export interface MemoryClusterOptions {
  /** Changes from which watches and lists can go on. */
  readonly historyLimit?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** An API server in memory, for tests of what uses a cluster. */
export class MemoryCluster implements Cluster {
  readonly kinds = new ServedKinds()
  readonly requests = new Requests()
  readonly watches: Watches
  /** By namespace, name, port and path, such as `default/a:9090/snapshot`. */
  readonly podAnswers = new Map<string, string>()
  readonly #objects: ObjectStore
  readonly #now: () => number

  constructor({ historyLimit = 10_000, now = Date.now }: MemoryClusterOptions = {}) {
    this.#objects = new ObjectStore(historyLimit)
    this.watches = new Watches(this.#objects)
    this.#now = now
  }

  /** Stays the same for as long as nothing changes. */
  get resourceVersion(): string {
    return String(this.#objects.version)
  }

  /** Forgets the changes so far: lists and watches that go on from older versions expire. */
  compact(): void {
    this.#objects.compact()
  }

  /** Stores an object with its status, as the controllers of a cluster would. It is no request. */
  put<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): T {
    const before = this.#find(kind, manifest.metadata)
    return this.#store(kind, before, seedObject(kind, before, copy(manifest), this.#now()))
  }

  /** All objects of a kind. It is no request. */
  all<T extends KubeObject>(kind: Kind<T>): readonly T[] {
    const { version } = this.#objects
    return this.#objects.list(addressOf(kind), version).map((object) => read(kind, object))
  }

  /** Removes an object, and what only it owned. It is no request. */
  remove(kind: Kind, key: ObjectKey): void {
    this.#objects.delete(addressOf(kind), key)
  }

  /** An object as a `get` would read it. It is no request. */
  stored<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): T | undefined {
    const entry = this.#find(kind, key)
    return entry === undefined ? undefined : read(kind, entry.object)
  }

  async get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined> {
    return this.#carryOut('get', kind, key, () => this.stored(kind, key))
  }

  async list<T extends KubeObject>(
    kind: Kind<T>,
    selection: Selection,
    { limit = Infinity, continueToken, signal }: PageRequest = {},
  ): Promise<Page<T>> {
    const { namespace } = selection
    const work = (): Page<T> => {
      this.kinds.require(kind)
      const [version = this.#objects.version, start = 0] =
        continueToken?.split('/').map(Number) ?? []
      const all = this.#objects.list(addressOf(kind), version)
      const selected = all.filter((object) => isSelected(object, selection))
      const end = start + limit
      return {
        items: selected.slice(start, end).map((object) => read(kind, object)),
        resourceVersion: String(version),
        continueToken: end < selected.length ? `${version}/${end}` : undefined,
      }
    }
    return this.#carryOut('list', kind, { namespace }, work, signal)
  }

  async *watch<T extends KubeObject>(
    kind: Kind<T>,
    selection: Selection,
    request: WatchRequest,
  ): AsyncGenerator<WatchEvent<T>> {
    const { namespace } = selection
    const begin = (): void => {
      this.kinds.require(kind)
    }
    try {
      await this.#carryOut('watch', kind, { namespace }, begin, request.signal)
    } catch (error) {
      if (request.signal.aborted) return
      throw error
    }
    for await (const event of this.watches.watch(addressOf(kind), selection, request)) {
      yield event.type === 'bookmark' ? event : { ...event, object: read(kind, event.object) }
    }
  }

  async create<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T> {
    return this.#carryOut('create', kind, { ...manifest.metadata, manifest }, () => {
      this.kinds.require(kind)
      if (this.#find(kind, manifest.metadata) !== undefined) {
        throw clusterError('already-exists', `${kind.kind} ${manifest.metadata.name} exists`)
      }
      return this.#store(kind, undefined, createObject(kind, copy(manifest), this.#now()))
    })
  }

  async replace<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T> {
    return this.#carryOut('replace', kind, { ...manifest.metadata, manifest }, () => {
      const before = this.#require(kind, manifest.metadata)
      checkReplace(before, manifest)
      return this.#store(kind, before, replaceObject(kind, before, copy(manifest)))
    })
  }

  async apply<T extends KubeObject>(
    kind: Kind<T>,
    manifest: Manifest,
    options: ApplyOptions,
  ): Promise<T> {
    return this.#carryOut('apply', kind, { ...manifest.metadata, manifest, options }, () => {
      this.kinds.require(kind)
      const before = this.#find(kind, manifest.metadata)
      checkApply(before, manifest)
      const now = this.#now()
      return this.#store(kind, before, applyObject(kind, before, copy(manifest), { options, now }))
    })
  }

  async scale(deployment: ObjectKey, replicas: number): Promise<KubeObject> {
    return this.#carryOut('scale', DEPLOYMENT, deployment, () => {
      const before = this.#require(DEPLOYMENT, deployment)
      const spec = { ...(before.object['spec'] as object), replicas }
      const scaled = replaceObject(DEPLOYMENT, before, { ...before.object, spec })
      return this.#store(DEPLOYMENT, before, scaled)
    })
  }

  async delete(kind: Kind, key: ObjectKey, { uid }: { readonly uid?: string | undefined } = {}) {
    return this.#carryOut('delete', kind, key, () => {
      const found = this.#find(kind, key)
      const isMeant = uid === undefined || uid === found?.object.metadata.uid
      if (found !== undefined && isMeant) this.#objects.delete(addressOf(kind), key)
    })
  }

  async serves(kind: Pick<Kind, 'apiVersion' | 'plural'>): Promise<boolean> {
    return this.#carryOut('serves', { kind: addressOf(kind) }, {}, () => this.kinds.has(kind))
  }

  /** There are no pods behind the objects: tests give the answers. */
  async readPod({ namespace, name }: ObjectKey, { port, path }: PodRequest): Promise<string> {
    return this.#carryOut('get', { kind: 'Pod/proxy' }, { namespace, name }, () => {
      const answer = this.podAnswers.get(`${namespace}/${name}:${port}${path}`)
      if (answer === undefined) throw clusterError('unavailable', `no answer of the pod ${name}`)
      return answer
    })
  }

  async #carryOut<T>(
    verb: Verb,
    { kind }: Pick<Kind, 'kind'>,
    { namespace, name, manifest, options }: Omit<Request, 'verb' | 'kind'>,
    work: () => T,
    signal?: AbortSignal,
  ): Promise<T> {
    const request = { verb, kind, namespace, name, manifest, options }
    return this.requests.carryOut(copy(request), work, signal)
  }

  #find(kind: Kind, key: ObjectKey): Entry | undefined {
    return this.#objects.get(addressOf(kind), key)
  }

  #require(kind: Kind, key: ObjectKey): Entry {
    const entry = this.#find(kind, key)
    if (entry === undefined) throw clusterError('not-found', `no ${kind.kind} ${formatKey(key)}`)
    return entry
  }

  /** A write that changes nothing is none. */
  #store<T extends KubeObject>(kind: Kind<T>, before: Entry | undefined, after: NewEntry): T {
    validate(kind, after.object)
    if (before !== undefined && isSameEntry(before, after)) return read(kind, before.object)
    return read(kind, this.#objects.put(addressOf(kind), after.object, after.owners))
  }
}

function read<T extends KubeObject>(kind: Kind<T>, object: StoredObject): T {
  const { data, error } = kind.schema.safeParse(structuredClone(object))
  if (error !== undefined) throw clusterError('unreadable', `${kind.kind}: ${error.message}`)
  return data
}

/** As it would arrive over the wire. */
function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

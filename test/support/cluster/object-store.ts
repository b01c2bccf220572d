import type { Metadata, ObjectKey } from '../../../src/controller/objects/metadata.ts'
import { clusterError } from './errors.ts'
import type { Owners } from './field-ownership.ts'
import type { Json } from './fields.ts'

/** An object as it is stored; it is never changed, only replaced. */
export interface StoredObject extends Json {
  readonly metadata: Metadata & { readonly uid: string; readonly resourceVersion: string }
}

export interface Entry {
  readonly object: StoredObject
  readonly owners: Owners
}

/** One write. `kind` is the address of the kind. */
export interface Change {
  readonly kind: string
  readonly version: number
  readonly before: Entry | undefined
  readonly after: Entry | undefined
}

/** The objects, and the history of their changes. Each change has the version after the one before it. */
export class ObjectStore {
  readonly #entries = new Map<string, Entry & { readonly kind: string }>()
  readonly #historyLimit: number
  /** The last ones. */
  #changes: Change[] = []
  /** Of a store that has forgotten its first changes, as all that are in use have. */
  #version = 1_000
  #changed = Promise.withResolvers<void>()

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit
  }

  get version(): number {
    return this.#version
  }

  /** Watches and lists can go on from this version or any later one. */
  get oldestVersion(): number {
    return this.#version - this.#changes.length
  }

  /** Resolves at the next change, and at each call of `wakeWatches`. */
  get changed(): Promise<void> {
    return this.#changed.promise
  }

  get(kind: string, key: ObjectKey): Entry | undefined {
    return this.#entries.get(formatPath(kind, key))
  }

  /** The objects of a kind as they were at a version. */
  list(kind: string, version: number): readonly StoredObject[] {
    const objects = new Map<string, StoredObject>()
    for (const [path, entry] of this.#entries) {
      if (entry.kind === kind) objects.set(path, entry.object)
    }
    for (const change of this.changesAfter(version).toReversed()) {
      if (change.kind !== kind) continue
      const path = formatPath(kind, (change.before ?? change.after)!.object.metadata)
      if (change.before === undefined) objects.delete(path)
      else objects.set(path, change.before.object)
    }
    return [...objects.keys()].toSorted().map((path) => objects.get(path)!)
  }

  changesAfter(version: number): readonly Change[] {
    if (!(version >= this.oldestVersion)) {
      throw clusterError('expired', `too old resource version: ${version} (${this.oldestVersion})`)
    }
    return this.#changes.slice(version - this.oldestVersion)
  }

  /** Stores an object in place of the one of its name; its resource version is the new one. */
  put(kind: string, object: Json & { readonly metadata: Metadata }, owners: Owners): StoredObject {
    const path = formatPath(kind, object.metadata)
    const before = this.#entries.get(path)
    const { uid = '' } = object.metadata
    const metadata = { ...object.metadata, uid, resourceVersion: String(this.#version + 1) }
    const after = { kind, object: { ...object, metadata }, owners }
    this.#entries.set(path, after)
    this.#record({ kind, before, after })
    return after.object
  }

  /** Removes an object, and all that only it and objects that are gone owned. */
  delete(kind: string, key: ObjectKey): void {
    this.#remove(formatPath(kind, key))
    const uids = new Set([...this.#entries.values()].map(({ object }) => object.metadata.uid))
    for (const [path, { object }] of this.#entries) {
      const { ownerReferences = [] } = object.metadata
      if (ownerReferences.length > 0 && !ownerReferences.some(({ uid }) => uids.has(uid))) {
        this.delete(this.#entries.get(path)!.kind, object.metadata)
      }
    }
  }

  /** Forgets the changes so far. */
  compact(): void {
    this.#changes = []
  }

  wakeWatches(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers()
    resolve()
  }

  #remove(path: string): void {
    const before = this.#entries.get(path)
    if (before === undefined) return
    this.#entries.delete(path)
    this.#record({ kind: before.kind, before, after: undefined })
  }

  #record(change: Omit<Change, 'version'>): void {
    this.#version += 1
    this.#changes.push({ ...change, version: this.#version })
    if (this.#changes.length > this.#historyLimit) this.#changes.shift()
    this.wakeWatches()
  }
}

function formatPath(kind: string, { namespace = '', name }: ObjectKey): string {
  return `${kind}/${namespace}/${name}`
}

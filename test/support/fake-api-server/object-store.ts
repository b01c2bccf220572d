export interface StoredObject {
  readonly metadata: { readonly name: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly version: number
  readonly collection: string
  readonly object: StoredObject
}

/** Objects by the path of their collection, with the changes from which watches are served. */
export class ObjectStore {
  /** Versions at and after which a watch can go on. */
  oldest = 1
  /** Told of each change. */
  readonly listeners = new Set<(change: Change) => void>()
  #version = 1
  readonly #collections = new Map<string, Map<string, StoredObject>>()
  readonly #changes: Change[] = []

  get version(): number {
    return this.#version
  }

  get(collection: string, name: string): StoredObject | undefined {
    return this.#collections.get(collection)?.get(name)
  }

  list(collection: string): readonly StoredObject[] {
    return [...(this.#collections.get(collection)?.values() ?? [])]
  }

  put(collection: string, object: StoredObject): StoredObject {
    const objects = this.#collections.get(collection) ?? new Map<string, StoredObject>()
    this.#collections.set(collection, objects)
    const { name } = object.metadata
    const type = objects.has(name) ? 'MODIFIED' : 'ADDED'
    const stored = this.#change(type, collection, object)
    objects.set(name, stored)
    return stored
  }

  delete(collection: string, name: string): void {
    const object = this.get(collection, name)
    if (object === undefined) return
    this.#collections.get(collection)?.delete(name)
    this.#change('DELETED', collection, object)
  }

  changesAfter(collection: string, version: number): readonly Change[] {
    return this.#changes.filter(
      (change) => change.collection === collection && change.version > version,
    )
  }

  /** Forgets the past, as etcd does when it is compacted. */
  compact(): void {
    this.#version++
    this.oldest = this.#version
  }

  #change(type: Change['type'], collection: string, object: StoredObject): StoredObject {
    const version = ++this.#version
    const metadata = { ...object.metadata, resourceVersion: String(version) }
    const change = { type, version, collection, object: { ...object, metadata } }
    this.#changes.push(change)
    for (const listener of this.listeners) listener(change)
    return change.object
  }
}

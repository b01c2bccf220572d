import type { Cluster, Selection, WatchEvent } from '../cluster/cluster.ts'
import type { Kind } from '../objects/kind.ts'
import { formatKey, keyOf, type KubeObject, type ObjectKey } from '../objects/metadata.ts'
import { monotonicClock, type Clock } from './clock.ts'
import type { ObjectList } from './list-all.ts'
import { ObjectCopy } from './object-copy.ts'
import { Reflector, type ObjectSink } from './reflector.ts'
import type { InformerObserver } from './runtime-observer.ts'
import { UnseenWrites } from './unseen-writes.ts'

export interface InformerOptions<T extends KubeObject> {
  readonly cluster: Pick<Cluster, 'list' | 'watch'>
  readonly kind: Kind<T>
  readonly selection: Selection
  /**
   * The object of a key has come, changed or gone, or the copy has caught up with a write of it. Only the key is
   * told: what stands in the copy counts, and never what happened to it.
   */
  readonly onChange: (key: ObjectKey) => void
  readonly observer: InformerObserver
  readonly clock?: Clock
}

/** A copy of all selected objects of a kind that follows the cluster. */
export class Informer<T extends KubeObject> {
  readonly kind: Kind<T>
  readonly #options: InformerOptions<T>
  readonly #reflector: Reflector<T>
  readonly #copy = new ObjectCopy<T>()
  readonly #writes = new UnseenWrites()
  readonly #synced = Promise.withResolvers<boolean>()
  #hasSynced = false
  #isClosed = false

  constructor(options: InformerOptions<T>) {
    this.kind = options.kind
    this.#options = options
    const sink: ObjectSink<T> = {
      expectList: () => this.#expectList(),
      apply: (event) => {
        this.#apply(event)
      },
    }
    this.#reflector = new Reflector({ ...options, clock: options.clock ?? monotonicClock, sink })
  }

  /** Resolves to true once the copy is complete for the first time, to false if the informer is closed before. */
  get synced(): Promise<boolean> {
    return this.#synced.promise
  }

  /** Whether the copy has been complete once. */
  get hasSynced(): boolean {
    return this.#hasSynced
  }

  /** Milliseconds since the API server last showed that it serves this kind. */
  get silence(): number {
    return this.#reflector.silence
  }

  /** Why the last list or watch failed; undefined if all is well. */
  get problem(): unknown {
    return this.#reflector.problem
  }

  start(): void {
    this.#reflector.start()
  }

  /** From here on nothing changes and no handler is called. */
  close(): void {
    this.#isClosed = true
    this.#reflector.close()
    this.#synced.resolve(false)
  }

  get(key: ObjectKey): T | undefined {
    return this.#copy.get(key)
  }

  list(): readonly T[] {
    return this.#copy.list()
  }

  /** Must be called with the answer to every write, or the next look at the copy may find the state before it. */
  noteWrite(written: KubeObject): void {
    const key = keyOf(written)
    const version = written.metadata.resourceVersion
    if (version === undefined || this.#copy.isAtLeast(key, version)) return
    this.#writes.add({ key, version })
  }

  /**
   * Whether the copy has all writes of an object that were noted. Who finds it lacking does nothing: `onChange`
   * follows as soon as the copy has them.
   */
  isCurrent(key: ObjectKey): boolean {
    return !this.#writes.has(key)
  }

  #expectList(): (list: ObjectList<T>) => void {
    // A list has all writes that ended before it was asked for, whatever its version says.
    const included = this.#writes.all()
    return ({ objects, resourceVersion }) => {
      const changed = this.#copy.replaceAll(objects, resourceVersion)
      const seen = this.#writes.settle(
        (write) => included.has(write) || this.#copy.isAtLeast(write.key, write.version),
      )
      this.#hasSynced = true
      this.#synced.resolve(true)
      this.#tell([...changed, ...seen])
    }
  }

  #apply(event: WatchEvent<T>): void {
    let changed: ObjectKey | undefined
    if (event.type === 'bookmark') this.#copy.advanceTo(event.resourceVersion)
    else changed = this.#copy.apply(event.type, event.object)
    const seen = this.#writes.settle(({ key, version }) => this.#copy.isAtLeast(key, version))
    this.#tell(changed === undefined ? seen : [changed, ...seen])
  }

  #tell(keys: readonly ObjectKey[]): void {
    const unique = new Map(keys.map((key) => [formatKey(key), key]))
    for (const key of unique.values()) {
      // A handler may have closed the informer.
      if (this.#isClosed) return
      try {
        this.#options.onChange(key)
      } catch (error) {
        this.#options.observer.handlerFailed(this.kind.kind, error)
      }
    }
  }
}

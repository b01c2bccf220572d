import type { Selection, WatchRequest } from '../../../src/controller/cluster/cluster.ts'
import type { ObjectStore, Change, StoredObject } from './object-store.ts'
import { isSelected } from './selection.ts'

export type StoredEvent =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: StoredObject }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }

/** The watches of an API server, and what may go wrong with them. */
export class Watches {
  readonly #store: ObjectStore
  /** While it is set, open watches yield nothing: the copies of their readers grow stale. */
  #isHeld = false
  #isRepeating = false
  #bookmarks = 0
  #endings: { readonly count: number; readonly error: unknown } = { count: 0, error: undefined }

  constructor(store: ObjectStore) {
    this.#store = store
  }

  /** Keeps all events back until the returned function is called. */
  hold(): () => void {
    this.#isHeld = true
    return () => {
      this.#isHeld = false
      this.#store.wakeWatches()
    }
  }

  /** Ends all open watches, in silence unless there is an error to end with. */
  end(error?: Error): void {
    this.#endings = { count: this.#endings.count + 1, error }
    this.#store.wakeWatches()
  }

  /** Makes all watches yield each event twice from now on. */
  repeatEvents(): void {
    this.#isRepeating = true
  }

  sendBookmarks(): void {
    this.#bookmarks += 1
    this.#store.wakeWatches()
  }

  async *watch(
    kind: string,
    selection: Selection,
    { resourceVersion, signal }: WatchRequest,
  ): AsyncGenerator<StoredEvent> {
    const store = this.#store
    const { count: endings } = this.#endings
    let bookmarks = this.#bookmarks
    let seen = Number(resourceVersion)
    const wake = () => {
      store.wakeWatches()
    }
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        if (this.#endings.count > endings) {
          if (this.#endings.error !== undefined) throw this.#endings.error
          return
        }
        const { changed } = store
        const [change] = store.changesAfter(seen)
        if (this.#isHeld || (change === undefined && bookmarks === this.#bookmarks)) {
          await changed
        } else if (change === undefined) {
          bookmarks = this.#bookmarks
          yield { type: 'bookmark', resourceVersion: String(seen) }
        } else {
          seen = change.version
          const event = change.kind === kind ? toEvent(change, selection) : undefined
          if (event !== undefined) yield event
          if (event !== undefined && this.#isRepeating) yield event
        }
      }
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }
}

function toEvent(change: Change, selection: Selection): StoredEvent | undefined {
  const before = change.before?.object
  const after = change.after?.object
  const was = before !== undefined && isSelected(before, selection)
  if (after !== undefined && isSelected(after, selection)) {
    return { type: was ? 'modified' : 'added', object: after }
  }
  if (!was) return undefined
  const metadata = { ...before.metadata, resourceVersion: String(change.version) }
  return { type: 'deleted', object: { ...before, metadata } }
}

import type { TracedAppend } from './event-log.ts'

export type TraceListener = (append: TracedAppend) => void

/** Those in this process that watch traced appends. */
export class TraceWatchers {
  /** An object of its own for each watch: ending one twice must not end a later one. */
  readonly #watchers = new Set<{ readonly listener: TraceListener }>()

  get isEmpty(): boolean {
    return this.#watchers.size === 0
  }

  add(listener: TraceListener): () => void {
    const watcher = { listener }
    this.#watchers.add(watcher)
    return () => {
      this.#watchers.delete(watcher)
    }
  }

  tell(append: TracedAppend): void {
    for (const { listener } of this.#watchers) listener(append)
  }

  clear(): void {
    this.#watchers.clear()
  }
}

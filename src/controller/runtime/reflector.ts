import { between } from '../../lib/jitter.ts'
import { isClusterError } from '../cluster/cluster-error.ts'
import type { Cluster, Selection, WatchEvent } from '../cluster/cluster.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject } from '../objects/metadata.ts'
import { backoff } from './backoff.ts'
import { sleep, type Clock } from './clock.ts'
import { listAll, type ObjectList } from './list-all.ts'
import type { InformerObserver } from './runtime-observer.ts'

/** Takes what a reflector reads. */
export interface ObjectSink<T> {
  /** A list is about to be asked for. The result takes it. */
  expectList(): (list: ObjectList<T>) => void
  apply(event: WatchEvent<T>): void
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly cluster: Pick<Cluster, 'list' | 'watch'>
  readonly kind: Kind<T>
  readonly selection: Selection
  readonly sink: ObjectSink<T>
  readonly observer: InformerObserver
  readonly clock: Clock
}

/** In ms. */
const BACKOFF = { first: 100, longest: 30_000 }
/** Ms after which all is listed anew, in case that events were lost. */
const LIST_INTERVAL = { shortest: 540_000, longest: 660_000 }
/** Ms without any event after which a watch counts as dead. The API server sends a bookmark about once a minute. */
const LONGEST_SILENCE = 180_000
/** A watch that ends before so many ms did nothing for us. */
const SHORT_WATCH = 1_000
/** So many short watches in a row, and the version may be too old though the API server does not say so. */
const SHORT_WATCHES = 5

/**
 * Lists all selected objects of a kind, then watches them from there. Whatever goes wrong is tried again, for
 * ever, with a back-off.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>
  readonly #clock: Clock
  readonly #closing = new AbortController()
  #isStarted = false
  /** Attempts in a row that came to nothing. */
  #failures = 0
  #problem: unknown
  #version = ''
  #lastSignAt: number
  #listDueAt = 0
  #endWatch: (() => void) | undefined

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
    this.#clock = options.clock
    this.#lastSignAt = this.#clock.now()
  }

  /** Milliseconds since the API server last showed that it serves this kind. */
  get silence(): number {
    return this.#clock.now() - this.#lastSignAt
  }

  /** Why the last attempt failed; undefined if all is well. */
  get problem(): unknown {
    return this.#problem
  }

  start(): void {
    if (this.#isStarted || this.#isClosed) return
    this.#isStarted = true
    this.#lastSignAt = this.#clock.now()
    void this.#run()
  }

  close(): void {
    this.#closing.abort()
    this.#endWatch?.()
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#list()
      } catch (error) {
        await this.#pause(error)
        continue
      }
      await this.#watchUntilListIsDue()
    }
  }

  async #list(): Promise<void> {
    const { cluster, kind, selection, sink, observer } = this.#options
    const take = sink.expectList()
    const list = await listAll(cluster, kind, selection, this.#closing.signal)
    if (this.#isClosed) return
    this.#noteSign()
    this.#version = list.resourceVersion
    this.#listDueAt = this.#clock.now() + between(LIST_INTERVAL.shortest, LIST_INTERVAL.longest)
    observer.listed(kind.kind, list.objects.length)
    take(list)
  }

  async #watchUntilListIsDue(): Promise<void> {
    let shortWatches = 0
    while (!this.#isClosed && this.#untilListIsDue() > 0 && shortWatches < SHORT_WATCHES) {
      const startedAt = this.#clock.now()
      let failure: unknown
      try {
        await this.#watch()
      } catch (error) {
        failure = error
      }
      const isShort = this.#clock.now() - startedAt < SHORT_WATCH
      if (!isShort) this.#failures = shortWatches = 0
      if (isShort || failure !== undefined) {
        shortWatches++
        await this.#pause(failure)
      }
      if (isClusterError(failure, 'expired')) return
    }
  }

  async #watch(): Promise<void> {
    const { cluster, kind, selection, sink } = this.#options
    const ending = new AbortController()
    this.#endWatch = () => {
      ending.abort()
    }
    const cancelTimer = this.#endWhenListIsDue()
    try {
      const request = { resourceVersion: this.#version, signal: ending.signal }
      for await (const event of cluster.watch(kind, selection, request)) {
        if (ending.signal.aborted) return
        this.#noteSign()
        this.#version = versionOf(event) ?? this.#version
        sink.apply(event)
      }
      if (!ending.signal.aborted) this.#noteSign()
    } finally {
      cancelTimer()
      this.#endWatch = undefined
    }
  }

  /** Ends the watch when a list is due. Each sign of life moves that, so the timer looks again. */
  #endWhenListIsDue(): () => void {
    let cancel: () => void
    const check = () => {
      const wait = this.#untilListIsDue()
      if (wait <= 0) this.#endWatch?.()
      else cancel = this.#clock.after(wait, check)
    }
    cancel = this.#clock.after(this.#untilListIsDue(), check)
    return () => {
      cancel()
    }
  }

  #untilListIsDue(): number {
    const deadAt = this.#lastSignAt + LONGEST_SILENCE
    return Math.min(this.#listDueAt, deadAt) - this.#clock.now()
  }

  #noteSign(): void {
    this.#lastSignAt = this.#clock.now()
    this.#problem = undefined
  }

  async #pause(failure: unknown): Promise<void> {
    if (this.#isClosed) return
    if (failure !== undefined) {
      this.#problem = failure
      this.#options.observer.listOrWatchFailed(this.#options.kind.kind, failure)
    }
    this.#failures++
    await sleep(this.#clock, backoff(this.#failures, BACKOFF, failure), this.#closing.signal)
  }
}

function versionOf(event: WatchEvent<KubeObject>): string | undefined {
  return event.type === 'bookmark' ? event.resourceVersion : event.object.metadata.resourceVersion
}

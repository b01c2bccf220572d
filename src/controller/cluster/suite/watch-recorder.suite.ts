import { eventually } from '../../../../test/support/eventually.ts'
import type { Kind } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/metadata.ts'
import type { Cluster, Selection, WatchEvent } from '../cluster.ts'
import { versionOf } from './helpers.suite.ts'

type ObjectEvent<T> = Exclude<WatchEvent<T>, { type: 'bookmark' }>

/** Records the events of a watch, and goes on from the last version seen where the watch ends by itself. */
export class WatchRecorder<T extends KubeObject> implements AsyncDisposable {
  readonly events: ObjectEvent<T>[] = []
  readonly #ending = new AbortController()
  readonly #running: Promise<void>
  #error: unknown

  constructor(cluster: Cluster, kind: Kind<T>, selection: Selection, resourceVersion: string) {
    this.#running = this.#record(cluster, kind, selection, resourceVersion).catch(
      (error: unknown) => {
        this.#error = error
      },
    )
  }

  get names(): readonly string[] {
    return this.events.map(({ object }) => object.metadata.name)
  }

  async waitFor(count: number): Promise<void> {
    await this.#wait(() => this.events.length >= count)
  }

  async waitUntil(isLast: (event: ObjectEvent<T>) => boolean): Promise<void> {
    await this.#wait(() => this.events.some(isLast))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#running
  }

  async #wait(isReached: () => boolean): Promise<void> {
    await eventually(() => {
      if (this.#error === undefined && !isReached()) {
        throw new Error(`expected more events than ${JSON.stringify(this.events)}`)
      }
    })
    if (this.#error !== undefined) throw this.#error
  }

  async #record(
    cluster: Cluster,
    kind: Kind<T>,
    selection: Selection,
    from: string,
  ): Promise<void> {
    const { signal } = this.#ending
    let resourceVersion = from
    while (!signal.aborted) {
      for await (const event of cluster.watch(kind, selection, { resourceVersion, signal })) {
        if (event.type === 'bookmark') {
          resourceVersion = event.resourceVersion
        } else {
          resourceVersion = versionOf(event.object)
          this.events.push(event)
        }
      }
    }
  }
}

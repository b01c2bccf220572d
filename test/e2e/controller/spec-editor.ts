import { setTimeout } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import type { FleetNamespace } from './fleet-namespace.ts'

/** In ms. */
const INTERVAL = 200

/** Changes the spec of a fleet all the time, so that a controller always has something to write. */
export class SpecEditor implements AsyncDisposable {
  readonly #space: FleetNamespace
  readonly #fleet: string
  readonly #closing = new AbortController()
  readonly #run: Promise<void>

  constructor(space: FleetNamespace, fleet: string) {
    this.#space = space
    this.#fleet = fleet
    this.#run = this.#edit()
  }

  /** Resolves when a controller has written the status of a spec that is there now, or of a later one. */
  async settled(): Promise<void> {
    const { metadata } = await this.#space.fleet(this.#fleet)
    await eventually(async () => {
      const { status } = await this.#space.fleet(this.#fleet)
      if ((status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)) return
      throw new Error(`expected generation ${metadata.generation} to be seen`)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#run
  }

  async #edit(): Promise<void> {
    const { signal } = this.#closing
    for (let events = 1_001; !signal.aborted; events++) {
      const change = { spec: { history: { events } } }
      await this.#space.api.patch(this.#space.path('streamcapacities', this.#fleet), change)
      await setTimeout(INTERVAL, undefined, { signal }).catch(() => undefined)
    }
  }
}

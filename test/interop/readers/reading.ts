import { eventually } from '../../support/eventually.ts'
import { type InteropClient, type ReceivedEvent, SILENCE } from '../interop-client.ts'

export interface PublishedEvent {
  readonly event: string
  readonly data: string
}

/** The event name that tests publish besides `message`. */
export const TICK = 'tick'

/** Names that a reader listens to, since it may keep only the ids of events that it listens to. */
const NAMES = [TICK, 'runnel.open', 'runnel.gap', 'runnel.full', 'runnel.drain']

/** A reader at work, which comes back by itself until the test ends. */
export class Reading implements AsyncDisposable {
  #events: readonly ReceivedEvent[] = []
  #failure: Error | undefined
  readonly #stop = new AbortController()
  readonly #stopped: Promise<void>

  constructor(client: InteropClient, url: string, silence = SILENCE) {
    this.#stopped = this.#read(client, url, silence)
  }

  /** All that is not Runnel's own: an event that the reader made of nothing shows here. */
  get published(): readonly PublishedEvent[] {
    return this.#reported()
      .filter(({ event }) => !event.startsWith('runnel.'))
      .map(({ event, data }) => ({ event, data }))
  }

  /** The data of Runnel's own events of one name, which is JSON. */
  own(name: string): readonly unknown[] {
    return this.#reported()
      .filter(({ event }) => event === name)
      .map(({ data }): unknown => JSON.parse(data))
  }

  async untilOwn(name: string): Promise<void> {
    await eventually(() => {
      if (this.own(name).length === 0) throw new Error(`expected ${name}, got none`)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#stopped
  }

  async #read(client: InteropClient, url: string, silence: number): Promise<void> {
    try {
      await client.collect(url, {
        names: NAMES,
        reconnects: true,
        silence,
        signal: this.#stop.signal,
        until: (events) => {
          this.#events = events
          return false
        },
      })
      this.#failure = new Error(`expected ${client.name} to come back, it ended`)
    } catch (cause) {
      this.#failure = new Error(`expected ${client.name} to read on, it failed`, { cause })
    }
  }

  #reported(): readonly ReceivedEvent[] {
    if (this.#failure !== undefined) throw this.#failure
    return this.#events
  }
}

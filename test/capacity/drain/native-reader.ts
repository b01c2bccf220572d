import { EventSource } from 'eventsource'
import type { ToldEvent } from './following-reader.ts'

const NAMES = [
  'message',
  'runnel.open',
  'runnel.gap',
  'runnel.drain',
  'runnel.full',
  'runnel.fault',
]

/** The `EventSource` of a package, in place of a browser's: it shares no code with the project's own client. */
export class NativeReader implements AsyncDisposable {
  readonly told: ToldEvent[] = []
  readonly #source: EventSource

  constructor(url: string) {
    this.#source = new EventSource(url)
    for (const event of NAMES) {
      this.#source.addEventListener(event, ({ data }) => {
        this.told.push({ event, data: String(data) })
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#source.close()
  }
}

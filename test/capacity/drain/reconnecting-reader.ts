import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'

/** What a client was told, of any name. */
export interface ToldEvent {
  readonly event: string
  readonly data: string
}

/** The smallest client that follows the rules: reads to the end, waits as told, and comes back. */
export class ReconnectingReader implements AsyncDisposable {
  readonly told: ToldEvent[] = []
  readonly #reading: Promise<void>
  readonly #parser = createParser({
    onId: (id) => {
      this.#lastId = id
    },
    onRetry: (milliseconds) => {
      this.#retry = milliseconds
    },
    onEvent: ({ event = 'message', data }) => this.told.push({ event, data }),
  })
  #lastId = ''
  #retry = 0
  #response: IncomingMessage | undefined
  #isClosed = false

  constructor(url: string) {
    this.#reading = this.#read(url)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#response?.destroy()
    await this.#reading
  }

  async #read(url: string): Promise<void> {
    while (!this.#isClosed) {
      const headers = this.#lastId === '' ? {} : { 'Last-Event-ID': this.#lastId }
      const [response] = (await once(get(url, { agent: false, headers }), 'response')) as [
        IncomingMessage,
      ]
      this.#response = response
      response.setEncoding('utf8')
      response.on('data', (text: unknown) => {
        this.#parser.feed(String(text))
      })
      // An abrupt end is one, too.
      response.on('error', () => undefined)
      await new Promise((resolve) => {
        response.on('close', resolve)
      })
      this.#parser.reset()
      if (!this.#isClosed) await setTimeout(this.#retry)
    }
  }
}

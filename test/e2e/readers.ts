/** Clients of a stream that come back after each end, and keep the record of all they were told. */
import { get, type IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { EventSource } from 'eventsource'
import { createParser } from 'eventsource-parser'
import { fetchOutside, lookup } from './ingress-access.ts'
import { DeliveryRecord } from './delivery-record.ts'

export interface Reader extends Disposable {
  readonly record: DeliveryRecord
}

/** As in a browser: an answer other than 200 ends it for good. */
export class NativeReader implements Reader {
  readonly record = new DeliveryRecord()
  readonly #source: EventSource

  constructor(url: string) {
    const { record } = this
    this.#source = new EventSource(url, { fetch: fetchOutside })
    this.#source.addEventListener('error', () => {
      record.takeEnd()
    })
    this.#source.addEventListener('runnel.open', () => {
      record.takeOpen()
    })
    this.#source.addEventListener('runnel.gap', ({ data }) => {
      record.takeGap(String(data))
    })
    this.#source.addEventListener('message', ({ lastEventId, data }) => {
      record.takeEvent(lastEventId, String(data))
    })
  }

  [Symbol.dispose](): void {
    this.#source.close()
  }
}

/** Comes back after any answer, as `runnel tail` does. */
export class PersistentReader implements Reader {
  readonly record = new DeliveryRecord()
  #lastId = ''
  #retry = 500
  #response: IncomingMessage | undefined
  #isClosed = false

  constructor(url: string) {
    void this.#read(url)
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#response?.destroy()
  }

  async #read(url: string): Promise<void> {
    while (!this.#isClosed) {
      await this.#readOnce(url).catch(() => undefined)
      this.record.takeEnd()
      await setTimeout(this.#retry)
    }
  }

  async #readOnce(url: string): Promise<void> {
    const headers = this.#lastId === '' ? {} : { 'Last-Event-ID': this.#lastId }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    get(url, { agent: false, headers, lookup }).on('response', resolve).on('error', reject)
    const response = await promise
    this.#response = response
    if (response.statusCode !== 200) {
      response.destroy()
      return
    }
    const parser = createParser({
      onId: (id) => (this.#lastId = id),
      onRetry: (milliseconds) => {
        this.#retry = milliseconds
        this.record.retry = milliseconds
      },
      onEvent: ({ id = '', event, data }) => {
        if (event === undefined) this.record.takeEvent(id, data)
        else if (event === 'runnel.open') this.record.takeOpen()
        else if (event === 'runnel.gap') this.record.takeGap(data)
      },
    })
    const utf8 = new TextDecoder()
    for await (const bytes of response as AsyncIterable<Uint8Array>) {
      parser.feed(utf8.decode(bytes, { stream: true }))
    }
  }
}

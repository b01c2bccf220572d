import { EventSource } from 'eventsource'
import type { Gap } from '../../src/schema/system-events.ts'
import type { Recording } from './recording.ts'
import { RETRY, type Subscriber, type SubscriberOptions } from './subscriber.ts'

/**
 * The package that stands for the EventSource of browsers, with a page that opens it again. It shares no
 * code with our client.
 */
export class NativeSubscriber implements Subscriber {
  readonly name: string
  readonly #url: string
  readonly #recording: Recording
  #source: EventSource
  #lastId = ''
  #isClosed = false

  constructor({ url, channel, name }: SubscriberOptions, recording: Recording) {
    this.name = name
    this.#url = `${url}/stream/${channel}?from=earliest`
    this.#recording = recording
    this.#source = this.#open()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#source.close()
  }

  #open(): EventSource {
    const cursor = this.#lastId === '' ? '' : `&lastEventId=${this.#lastId}`
    const source = new EventSource(`${this.#url}${cursor}`)
    source.addEventListener('runnel.open', () => {
      this.#recording.add({ kind: 'opened', reader: this.name })
    })
    source.addEventListener('message', ({ data, lastEventId }) => {
      this.#lastId = lastEventId
      const received = { reader: this.name, id: lastEventId, data: String(data) }
      this.#recording.add({ kind: 'received', ...received })
    })
    source.addEventListener('runnel.gap', ({ data, lastEventId }) => {
      this.#lastId = lastEventId
      const gap = JSON.parse(String(data)) as Gap
      this.#recording.add({ kind: 'gap', reader: this.name, id: lastEventId, gap })
    })
    source.addEventListener('error', () => {
      // It gives up on any status but 200: then the page must.
      if (source.readyState !== source.CLOSED || this.#isClosed) return
      setTimeout(() => {
        if (!this.#isClosed) this.#source = this.#open()
      }, RETRY)
    })
    return source
  }
}

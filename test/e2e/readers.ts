/** Clients of a stream that come back after each end, and keep the record of all they were told. */
import { EventSource } from 'eventsource'
import { pause } from '../../src/lib/pause.ts'
import { readConnection } from '../../src/client/read-connection.ts'
import type { DecodedEvent } from '../../src/wire/decode.ts'
import { GAP, OPEN } from '../../src/wire/system-event-names.ts'
import { createFetchAlone } from '../support/clients/fetch-alone.ts'
import { fetchOutside, lookup } from '../../rig/release/ingress-access.ts'
import { DeliveryRecord } from './delivery-record.ts'

export interface Reader extends Disposable {
  readonly record: DeliveryRecord
}

/** As in a browser: an answer other than 200 ends it for good. The package shares no code with our client. */
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

/**
 * Reads each connection with our client, and comes back after any answer: where `runnel tail` gives up, an
 * ingress may only not know the route yet.
 */
export class PersistentReader implements Reader {
  readonly record = new DeliveryRecord()
  readonly #ending = new AbortController()

  constructor(url: string) {
    void this.#read(new URL(url))
  }

  [Symbol.dispose](): void {
    this.#ending.abort()
  }

  async #read(url: URL): Promise<void> {
    const { signal } = this.#ending
    const state = { lastEventId: '', retry: 500, heartbeat: 15_000 }
    while (!signal.aborted) {
      try {
        const connection = { url, signal, fetch: createFetchAlone(lookup) }
        for await (const events of readConnection(connection, state)) {
          this.record.retry = state.retry
          for (const event of events) this.#take(event)
        }
      } catch {
        // Cut or refused: the cursor says where to go on.
      }
      this.record.takeEnd()
      await pause(state.retry, signal)
    }
  }

  #take({ id, event, data }: DecodedEvent): void {
    if (event === 'message') this.record.takeEvent(id, data)
    else if (event === OPEN) this.record.takeOpen()
    else if (event === GAP) this.record.takeGap(data)
  }
}

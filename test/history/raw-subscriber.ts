import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import type { Gap } from '../../src/schema/system-events.ts'
import type { Recording } from './recording.ts'
import { RETRY, type Subscriber, type SubscriberOptions } from './subscriber.ts'

/** What a stream has told so far; what it stands on when the next one begins. */
export interface StreamState {
  lastId: string
  retry: number
}

/**
 * Reads the stream to its end, whatever ends it, and again. Not by our client: what a history is judged by
 * must not share a mistake with what is judged.
 */
export class RawSubscriber implements Subscriber {
  readonly name: string
  readonly #running: Promise<void>
  readonly #abort = new AbortController()

  constructor(options: SubscriberOptions, recording: Recording) {
    this.name = options.name
    this.#running = this.#run(options, recording)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async #run(options: SubscriberOptions, recording: Recording): Promise<void> {
    const { signal } = this.#abort
    const state = { lastId: '', retry: RETRY }
    while (!signal.aborted) {
      await readStream(options, recording, state, signal)
      await setTimeout(state.retry, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Resolves when the stream has ended, or could not begin. */
export async function readStream(
  { url, channel, name }: SubscriberOptions,
  recording: Recording,
  state: StreamState,
  signal: AbortSignal,
): Promise<void> {
  const headers = state.lastId === '' ? {} : { 'Last-Event-ID': state.lastId }
  const parser = createParser({
    onId: (id) => {
      state.lastId = id
    },
    onRetry: (milliseconds) => {
      state.retry = milliseconds
    },
    onEvent: ({ event = 'message', data, id }) => {
      if (event === 'runnel.open') recording.add({ kind: 'opened', reader: name })
      if (event === 'message') recording.add({ kind: 'received', reader: name, id: id ?? '', data })
      if (event === 'runnel.gap') {
        recording.add({ kind: 'gap', reader: name, id: id ?? '', gap: JSON.parse(data) as Gap })
      }
    },
  })
  try {
    const request = get(`${url}/stream/${channel}?from=earliest`, { agent: false, headers, signal })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.setEncoding('utf8')
    for await (const text of response) parser.feed(String(text))
  } catch {
    // Cut, refused or ended by us: the cursor says where to go on.
  }
}

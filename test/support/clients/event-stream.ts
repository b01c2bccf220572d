import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { createParser } from 'eventsource-parser'
import { ConditionVariable } from '../condition-variable.ts'
import { checkAnswer, checkEvent } from '../openapi/check-answer.ts'
import { noteFault } from '../openapi/observed-services.ts'
import { BlockSplitter, hasData } from './block-splitter.ts'

/** One event as it was sent. `id` is its own, undefined where the block has none. */
export interface SentEvent {
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

/**
 * A stream with all its parts: every event of any name, ids, `retry:` and comments. Parses with
 * `eventsource-parser`, so that a fault of the project's own decoder cannot hide one of the service.
 */
export class EventStream implements AsyncDisposable {
  readonly url: string
  readonly response: IncomingMessage
  readonly events: SentEvent[] = []
  /** Every `retry:` so far, in ms. */
  readonly retries: number[] = []
  readonly comments: string[] = []
  /** Every id so far. */
  readonly ids: string[] = []
  readonly #changes = new ConditionVariable()
  #isEnded = false

  private constructor(url: string, response: IncomingMessage) {
    this.url = url
    this.response = response
    void this.#read()
  }

  static async open(
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<EventStream> {
    // A connection of its own, which closes with the stream; `fetch` would open the next one in advance.
    const request = get(url, { headers, agent: false })
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    request.on('response', resolve).on('error', reject)
    const response = await promise
    checkHead(url, response)
    if (response.statusCode === 200) return new EventStream(url, response)
    throw new Error(`expected status 200, got ${response.statusCode}: ${await text(response)}`)
  }

  /** The cursor that the client would send back now. */
  get lastId(): string {
    return this.ids.at(-1) ?? ''
  }

  /** Events but those of Runnel itself. */
  get published(): readonly SentEvent[] {
    return this.events.filter(({ event }) => !event.startsWith('runnel.'))
  }

  /** Waits for the first event of this name and returns it. */
  async event(name: string): Promise<SentEvent> {
    return this.until(() => this.events.find(({ event }) => event === name), name)
  }

  /** Waits for `count` published events and returns all that came. */
  async take(count: number): Promise<readonly SentEvent[]> {
    const ask = () => (this.published.length >= count ? this.published : undefined)
    return this.until(ask, `${count} published events`)
  }

  /** Waits until the server ends the stream. */
  async ended(): Promise<void> {
    await this.until(() => (this.#isEnded ? true : undefined), 'the end')
  }

  /** Waits until `ask` has an answer; `wanted` describes it if the wait fails. */
  async until<T>(ask: () => T | undefined, wanted: string): Promise<T> {
    const got = () => JSON.stringify(this.events).slice(-2_000)
    return this.#changes.until(ask, () => `expected ${wanted}, got ${got()}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { socket } = this.response
    socket.destroy()
    if (!socket.closed) await once(socket, 'close')
  }

  async #read(): Promise<void> {
    const parser = createParser({
      onId: (id) => this.ids.push(id),
      onEvent: ({ id, event = 'message', data }) => {
        this.events.push({ id, event, data })
        checkEvent(event, data)
      },
      onRetry: (milliseconds) => this.retries.push(milliseconds),
      onComment: (comment) => this.comments.push(comment),
    })
    const blocks = new BlockSplitter()
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
    try {
      for await (const chunk of this.response) {
        const piece = utf8.decode(chunk, { stream: true })
        const empty = blocks.push(piece).find((block) => !hasData(block))
        noteFault(empty && `expected data in each block, got ${JSON.stringify(empty)}`)
        parser.feed(piece)
        this.#changes.report()
      }
    } catch {
      // The test disposed of the stream, or the server cut it: both are an end.
    }
    this.#isEnded = true
    this.#changes.report()
  }
}

function checkHead(url: string, { statusCode, headers }: IncomingMessage): void {
  const header = (name: string) => headers[name.toLowerCase()]?.toString()
  const { pathname: path } = new URL(url)
  checkAnswer(url, { method: 'GET', path, status: statusCode!, header, body: undefined })
}

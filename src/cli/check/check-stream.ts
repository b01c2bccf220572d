import type { IncomingMessage } from 'node:http'
import { readEvents } from '../../client/read-events.ts'
import { DecodeError } from '../../wire/decode-error.ts'
import type { DecodedEvent } from '../../wire/decode.ts'
import { OPEN } from '../../wire/system-event-names.ts'

export interface ReceivedEvent extends DecodedEvent {
  /** Time of arrival, of `performance.now()`. */
  readonly at: number
}

/**
 * The body of an answer as events, each with the time at which its bytes arrived. It does not reconnect,
 * unlike the client: a check is about one connection.
 */
export class CheckStream {
  readonly #answer: IncomingMessage
  readonly #events: ReceivedEvent[] = []
  #opening: ReceivedEvent | undefined
  #ending: string | undefined
  #wake = () => {}

  private constructor(answer: IncomingMessage) {
    this.#answer = answer
  }

  /** Reads on until the body ends or the stream is closed. */
  static read(answer: IncomingMessage): CheckStream {
    const stream = new CheckStream(answer)
    void stream.#read()
    return stream
  }

  /** `runnel.open`, once it has arrived. */
  get opening(): ReceivedEvent | undefined {
    return this.#opening
  }

  /** The reason for the end of the connection; undefined while it is open. */
  get ending(): string | undefined {
    return this.#ending
  }

  /** The next event; undefined if the stream ends or the signal aborts before it. */
  async next(signal: AbortSignal): Promise<ReceivedEvent | undefined> {
    while (this.#events.length === 0 && this.#ending === undefined && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      signal.addEventListener('abort', this.#wake, { once: true })
      await promise
      signal.removeEventListener('abort', this.#wake)
    }
    return this.#events.shift()
  }

  close(): void {
    this.#answer.destroy()
  }

  async #read(): Promise<void> {
    try {
      for await (const events of readEvents(this.#answer as AsyncIterable<Uint8Array>)) {
        const at = performance.now()
        const received = events.map((event) => ({ ...event, at }))
        this.#opening ??= received.find(({ event }) => event === OPEN)
        this.#events.push(...received)
        this.#wake()
      }
      this.#ending = 'it ended without a closing event'
    } catch (error) {
      this.#ending = describeEnd(error)
    }
    this.#wake()
  }
}

function describeEnd(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return error instanceof DecodeError ? message : `the connection broke (${message})`
}

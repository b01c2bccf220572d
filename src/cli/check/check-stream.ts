import type { IncomingMessage } from 'node:http'
import { EventStreamDecoder, type DecodedEvent } from '../../wire/decode.ts'
import { DRAIN, EXPIRE, FAULT, FULL, OPEN } from '../../wire/system-event.ts'

/** After these the service closes. */
export const CLOSING_EVENTS: ReadonlySet<string> = new Set([FULL, DRAIN, EXPIRE, FAULT])

export interface ReceivedEvent extends DecodedEvent {
  /** When it came, of `performance.now()`. */
  readonly at: number
}

/** The body of an answer as events, each with the time at which its bytes came. */
export class CheckStream {
  readonly #answer: IncomingMessage
  readonly #events: ReceivedEvent[] = []
  #hasBegun = false
  #ending: string | undefined
  #wake = () => {}

  constructor(answer: IncomingMessage) {
    this.#answer = answer
    const decoder = new EventStreamDecoder({
      onEvent: (event) => {
        if (event.event === OPEN) this.#hasBegun = true
        this.#events.push({ ...event, at: performance.now() })
      },
    })
    answer.on('data', (chunk: Buffer) => {
      try {
        decoder.push(chunk)
      } catch (error) {
        this.#end(error instanceof Error ? error.message : String(error))
      }
      this.#wake()
    })
    answer.on('end', () => {
      this.#end('it ended without a farewell')
    })
    answer.on('error', ({ message }) => {
      this.#end(`the connection broke (${message})`)
    })
  }

  /** Whether the service's first event has come. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** How the connection ended; undefined while it has not. */
  get ending(): string | undefined {
    return this.#ending
  }

  /** The next event, or undefined if the stream ends before it, or the signal says to wait no longer. */
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

  #end(reason: string): void {
    this.#ending ??= reason
    this.#wake()
  }
}

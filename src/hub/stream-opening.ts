import { jittered } from '../lib/jitter.ts'
import { LogUnavailable } from '../log/event-log.ts'
import { NO_POSITION, repeatCursor } from '../wire/cursor.ts'
import { beginReader, beginReaderAtOnce, type Beginning } from './begin-reader.ts'
import { encodeOpening, encodeRefusal } from './encode-system-event.ts'
import type { FanOutGroup } from './fan-out-group.ts'
import type { StreamRecord } from './hub-observer.ts'
import type { StreamContext, StreamRequest } from './stream-context.ts'

export type RefusalReason = 'log' | 'drain'

/** A position from which a stream starts, and the blocks that say so. */
export interface Opening extends Beginning {
  readonly blocks: string
  readonly cursor: string
  readonly resume: StreamRecord['resume']
}

/** A stream that has written nothing yet. */
export interface OpeningStream {
  readonly id: string
  readonly group: FanOutGroup
  begin(opening: Opening): void
  /** Ends the stream with these blocks. */
  refuse(reason: RefusalReason, blocks: string): void
  close(reason: 'fault', error: unknown): void
}

type OpeningContext = Pick<StreamContext<never>, 'settings' | 'retryAfterClose'>

/** Finds where a stream starts, and what it says first. It is dropped as soon as the stream has begun. */
export class StreamOpening {
  readonly #stream: OpeningStream
  readonly #request: StreamRequest
  readonly #context: OpeningContext
  #isAbandoned = false

  constructor(stream: OpeningStream, request: StreamRequest, context: OpeningContext) {
    this.#stream = stream
    this.#request = request
    this.#context = context
  }

  /** Calls `begin` before it returns, where neither the log nor memory must be waited for. */
  start(): void {
    const { tails } = this.#stream.group
    const beginning = beginReaderAtOnce(tails, this.#request.start, this.#isWanted)
    if (beginning === undefined) void this.#startLater()
    else this.#begin(beginning)
  }

  /** Sends the client on, with a cursor for what is published until it is back: it has no id of the stream yet. */
  refuse(reason: RefusalReason): void {
    const { start, pollPath } = this.#request
    const cursor = start.cursor === undefined ? NO_POSITION : repeatCursor(start.cursor)
    // A pod that drains has no slot to give, so its new clients wait as at the limit.
    const retry = this.#context.retryAfterClose(reason === 'drain' ? 'limit' : reason)
    this.#stream.refuse(reason, encodeRefusal({ reason, retry, cursor, poll: pollPath(cursor) }))
  }

  /** The stream has closed. */
  abandon(): void {
    this.#isAbandoned = true
  }

  async #startLater(): Promise<void> {
    const { tails } = this.#stream.group
    try {
      const isWanted = this.#isWanted
      const beginning = await beginReader(tails, this.#request.start, { isWanted })
      if (this.#isAbandoned) beginning.reader.close()
      else this.#begin(beginning)
    } catch (error) {
      if (this.#isAbandoned) return
      if (error instanceof LogUnavailable) this.refuse('log')
      else this.#stream.close('fault', error)
    }
  }

  #begin({ reader, gaps }: Beginning): void {
    const { start, ignored } = this.#request
    const { heartbeat, retry } = this.#context.settings()
    const cursor = reader.cursor()
    const resumed = start.cursor !== undefined && gaps.length === 0
    const open = { stream: this.#stream.id, cursor, resumed, heartbeat, ignored }
    const blocks = encodeOpening(open, gaps, jittered(retry))
    const resume = resumed ? 'resumed' : gaps.length > 0 ? 'gap' : 'none'
    this.#stream.begin({ reader, gaps, blocks, cursor, resume })
  }

  /** Once the stream has begun, its reader is closed with it. */
  readonly #isWanted = (): boolean => !this.#isAbandoned
}

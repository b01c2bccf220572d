/**
 * The reading half of `text/event-stream` (WHATWG HTML, sections 9.2.5 and 9.2.6), for browsers and
 * commands alike. It works on bytes, since all bytes with a meaning in the format are ASCII: text is decoded
 * once, when its line is whole, and no chunk border can split a character.
 */
import { ByteBuffer } from './byte-buffer.ts'
import { DecodeError } from './decode-error.ts'
import { DEFAULT_EVENT_NAME } from './event-name.ts'
import { LineSplitter } from './line-splitter.ts'

/** One event as a reader sees it. */
export interface DecodedEvent {
  readonly event: string
  readonly data: string
  /** The last event id of the stream, set by this event or an earlier block; empty if none was. */
  readonly id: string
}

export interface DecoderOptions {
  readonly onEvent: (event: DecodedEvent) => void
  /** Called for a block with an id but no data: the stream can be resumed from there. */
  readonly onId?: (id: string) => void
  /** Milliseconds to wait before a reconnect, at most what a timer can hold (about 24 days). */
  readonly onRetry?: (milliseconds: number) => void
  /** The text of a comment line. Heartbeats are empty ones. */
  readonly onComment?: (text: string) => void
  /** The id that the stream was resumed from, which the standard keeps across connections. */
  readonly lastEventId?: string
  /** Longest line in bytes, without its end. Default 4 MiB. */
  readonly maxLineBytes?: number
  /** Largest data of one event in bytes, line breaks included. Default 4 MiB. */
  readonly maxEventBytes?: number
}

// Far above the default of `RUNNEL_MAX_EVENT`, which bounds the whole block of an event, its envelope included.
const DEFAULT_MAX_BYTES = 4 * 1024 * 1024

// Node and browsers turn a longer delay into none at all: a storm of reconnects.
export const LONGEST_TIMER_MS = 2 ** 31 - 1

const LF = 0x0a
const SPACE = 0x20
const COLON = 0x3a

const encoder = new TextEncoder()
// The default would strip a BOM from every value, but only the first one of a stream is not text.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const BOM = encoder.encode('\uFEFF')

const COMMENT = encoder.encode('')
const DATA = encoder.encode('data')
const EVENT = encoder.encode('event')
const ID = encoder.encode('id')
const RETRY = encoder.encode('retry')

const ASCII_DIGITS = /^[0-9]+$/

/**
 * Decodes one connection: a reconnect needs a new decoder. Memory is bounded by a line and the data
 * of an event; time is linear in the bytes, however they are cut into chunks. As the standard wants it, a
 * block that the connection leaves unfinished is never reported.
 *
 * A line or event beyond its limit makes `push` throw, as does a callback that throws. The rest of the chunk
 * is lost then, so every later `push` throws too.
 */
export class EventStreamDecoder {
  readonly #options: DecoderOptions
  readonly #maxEventBytes: number
  readonly #lines: LineSplitter
  readonly #data = new ByteBuffer()
  #hasData = false
  #eventName = ''
  #lastEventId: string
  // An id counts from the blank line that ends its block: a connection that breaks before that line must
  // resume from the event before.
  #pendingId: string | undefined
  #isFirstLine = true
  #highSurrogate = ''
  #failure: { readonly cause: unknown } | undefined

  constructor(options: DecoderOptions) {
    this.#options = options
    this.#lines = new LineSplitter(options.maxLineBytes ?? DEFAULT_MAX_BYTES, (bytes, start, end) =>
      this.#readLine(bytes, start, end),
    )
    this.#maxEventBytes = options.maxEventBytes ?? DEFAULT_MAX_BYTES
    this.#lastEventId = options.lastEventId ?? ''
  }

  /** The id that a reconnect should send; empty for none. */
  get lastEventId(): string {
    return this.#lastEventId
  }

  /**
   * Callbacks run before `push` returns; the chunk may be reused afterwards. All chunks of a stream must be
   * bytes, or all must be text.
   */
  push(chunk: Uint8Array | string): void {
    if (this.#failure !== undefined) {
      throw new DecodeError('stopped', 'expected a new decoder, got a chunk for one that failed', {
        cause: this.#failure.cause,
      })
    }
    try {
      this.#lines.push(typeof chunk === 'string' ? this.#encode(chunk) : chunk)
    } catch (error) {
      this.#failure = { cause: error }
      this.#lines.clear()
      this.#data.clear()
      throw error
    }
  }

  /** Holds back the first half of a surrogate pair, which would be encoded as U+FFFD without the second. */
  #encode(chunk: string): Uint8Array {
    const text = this.#highSurrogate + chunk
    const last = text.charCodeAt(text.length - 1)
    const isCut = last >= 0xd800 && last <= 0xdbff
    this.#highSurrogate = isCut ? text.slice(-1) : ''
    return encoder.encode(isCut ? text.slice(0, -1) : text)
  }

  #readLine(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isFirstLine) {
      this.#isFirstLine = false
      if (startsWith(bytes, start, BOM)) start += BOM.length
    }
    if (start === end) this.#endBlock()
    else this.#readField(bytes, start, end)
  }

  #readField(bytes: Uint8Array, start: number, end: number): void {
    let value = findValue(bytes, start, end, DATA)
    if (value !== -1) return this.#addData(bytes, value, end)

    value = findValue(bytes, start, end, ID)
    if (value !== -1) {
      const id = decode(bytes, value, end)
      if (!id.includes('\0')) this.#pendingId = id
      return
    }
    value = findValue(bytes, start, end, EVENT)
    if (value !== -1) {
      this.#eventName = decode(bytes, value, end)
      return
    }
    value = findValue(bytes, start, end, RETRY)
    if (value !== -1) {
      const digits = decode(bytes, value, end)
      if (!ASCII_DIGITS.test(digits)) return
      this.#options.onRetry?.(Math.min(Number(digits), LONGEST_TIMER_MS))
      return
    }
    value = findValue(bytes, start, end, COMMENT)
    if (value !== -1) this.#options.onComment?.(decode(bytes, value, end))
  }

  #addData(bytes: Uint8Array, start: number, end: number): void {
    const lineBreak = this.#hasData ? 1 : 0
    const length = this.#data.length + lineBreak + end - start
    if (length > this.#maxEventBytes) {
      throw new DecodeError(
        'event-too-large',
        `expected at most ${this.#maxEventBytes} bytes of data in an event, got ${length} or more`,
      )
    }
    if (this.#hasData) this.#data.appendByte(LF)
    this.#data.append(bytes, start, end)
    this.#hasData = true
  }

  #endBlock(): void {
    const movedId = this.#pendingId
    const hasData = this.#hasData
    const event = this.#eventName === '' ? DEFAULT_EVENT_NAME : this.#eventName
    this.#pendingId = undefined
    this.#hasData = false
    this.#eventName = ''
    if (movedId !== undefined) this.#lastEventId = movedId
    if (hasData) {
      const data = decode(this.#data.view(), 0, this.#data.length)
      this.#data.clear()
      this.#options.onEvent({ event, data, id: this.#lastEventId })
    } else if (movedId !== undefined) {
      this.#options.onId?.(movedId)
    }
  }
}

// A line break or the end of the bytes follows each line, so no comparison below can match beyond the line.
function startsWith(bytes: Uint8Array, start: number, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) {
    if (bytes[start + i] !== prefix[i]) return false
  }
  return true
}

/** Where the value of a field begins, or -1 if the line is another field. */
function findValue(bytes: Uint8Array, start: number, end: number, name: Uint8Array): number {
  if (!startsWith(bytes, start, name)) return -1
  const colon = start + name.length
  if (colon === end) return end
  if (bytes[colon] !== COLON) return -1
  return bytes[colon + 1] === SPACE ? colon + 2 : colon + 1
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  return utf8.decode(bytes.subarray(start, end))
}

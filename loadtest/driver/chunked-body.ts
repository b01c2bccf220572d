import { HttpError } from './http-error.ts'
import type { ByteSink, ResponseBody } from './response-body.ts'

const LF = 0x0a
const CR = 0x0d
const SEMICOLON = 0x3b
const SPACE = 0x20
const TAB = 0x09

/** Of a chunk's size, of its extensions, and of all trailers. */
const LONGEST_BYTES = 16 * 1024

/** What comes next. */
type State = 'size' | 'extension' | 'data' | 'data-end' | 'trailer' | 'complete'

/** A chunked body (RFC 9112, section 7.1), however it is cut. */
export class ChunkedBody implements ResponseBody {
  readonly isUntilClose = false
  readonly #sink: ByteSink
  #state: State = 'size'
  /** Bytes of the chunk that are to come. */
  #remaining = 0
  /** Of the size, the extension or the trailers so far. */
  #length = 0
  /** No byte but CR came since the last LF: the next LF ends an empty line. */
  #isLineEmpty = true

  constructor(sink: ByteSink) {
    this.#sink = sink
  }

  get isComplete(): boolean {
    return this.#state === 'complete'
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end && this.#state !== 'complete';) {
      if (this.#state === 'data') at = this.#passData(bytes, at, end)
      else this.#readFraming(bytes[at++]!)
    }
  }

  #passData(bytes: Uint8Array, start: number, end: number): number {
    const taken = Math.min(end - start, this.#remaining)
    this.#remaining -= taken
    if (this.#remaining === 0) this.#state = 'data-end'
    this.#sink.push(bytes.subarray(start, start + taken))
    return start + taken
  }

  #readFraming(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#readSize(byte)
        break
      case 'extension':
        if (byte === LF) this.#endSize()
        else this.#countByte()
        break
      case 'data-end':
        if (byte === LF) this.#startSize()
        else if (byte !== CR) throw new HttpError('expected the end of a chunk, got more of it')
        break
      case 'trailer':
        this.#readTrailer(byte)
        break
      case 'data':
      case 'complete':
        break
    }
  }

  #readSize(byte: number): void {
    const digit = hexDigit(byte)
    if (digit !== -1) {
      this.#countByte()
      this.#remaining = this.#remaining * 16 + digit
      if (Number.isSafeInteger(this.#remaining)) return
      throw new HttpError('expected a chunk below 2^53 bytes, got a larger size')
    }
    if (this.#length === 0) throw new HttpError('expected the size of a chunk, got other bytes')
    if (byte === LF) this.#endSize()
    else if (byte === CR || byte === SEMICOLON || byte === SPACE || byte === TAB) {
      this.#state = 'extension'
      this.#length = 0
    } else
      throw new HttpError('expected the size of a chunk in hexadecimal digits, got other bytes')
  }

  #startSize(): void {
    this.#state = 'size'
    this.#length = 0
    this.#remaining = 0
  }

  #endSize(): void {
    this.#length = 0
    this.#isLineEmpty = true
    this.#state = this.#remaining > 0 ? 'data' : 'trailer'
  }

  #readTrailer(byte: number): void {
    if (byte === LF && this.#isLineEmpty) {
      this.#state = 'complete'
      return
    }
    this.#countByte()
    if (byte !== CR) this.#isLineEmpty = byte === LF
  }

  #countByte(): void {
    this.#length++
    if (this.#length <= LONGEST_BYTES) return
    throw new HttpError(`expected at most ${LONGEST_BYTES} bytes between chunks, got more`)
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

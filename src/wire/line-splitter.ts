import { ByteBuffer } from './byte-buffer.ts'
import { DecodeError } from './decode-error.ts'

const LF = 0x0a
const CR = 0x0d

/** Splits the bytes of a stream into lines, each ended by CR, LF or CRLF, however the stream is cut into chunks. */
export class LineSplitter {
  readonly #maxLineBytes: number
  readonly #onLine: (bytes: Uint8Array, start: number, end: number) => void
  /** The beginning of a line whose end has not come. */
  readonly #line = new ByteBuffer()
  // A CR ends its line at once; an LF right after it belongs to it, even in the next chunk.
  #isAfterCr = false

  /** `onLine` gets a line as a range of bytes that is valid during the call. */
  constructor(
    maxLineBytes: number,
    onLine: (bytes: Uint8Array, start: number, end: number) => void,
  ) {
    this.#maxLineBytes = maxLineBytes
    this.#onLine = onLine
  }

  /** Throws a `DecodeError` if a line is too long. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    let start = this.#isAfterCr && chunk[0] === LF ? 1 : 0
    this.#isAfterCr = false
    // Either byte is searched for again only once it is passed. Many LFs before a distant CR (or none) would
    // else have the whole chunk scanned for each line.
    let lf = indexOf(chunk, LF, start)
    let cr = indexOf(chunk, CR, start)
    while (lf < chunk.length || cr < chunk.length) {
      const end = Math.min(lf, cr)
      this.#endLine(chunk, start, end)
      start = end + 1
      if (end === cr) {
        if (start === chunk.length) this.#isAfterCr = true
        else if (chunk[start] === LF) start += 1
        cr = indexOf(chunk, CR, start)
      }
      if (lf < start) lf = indexOf(chunk, LF, start)
    }
    if (start < chunk.length) this.#holdLine(chunk, start, chunk.length)
  }

  clear(): void {
    this.#line.clear()
  }

  #holdLine(chunk: Uint8Array, start: number, end: number): void {
    this.#checkLength(this.#line.length + end - start)
    this.#line.append(chunk, start, end)
  }

  #endLine(chunk: Uint8Array, start: number, end: number): void {
    if (this.#line.length > 0) {
      this.#holdLine(chunk, start, end)
      this.#onLine(this.#line.view(), 0, this.#line.length)
      this.#line.clear()
    } else {
      this.#checkLength(end - start)
      this.#onLine(chunk, start, end)
    }
  }

  #checkLength(length: number): void {
    if (length <= this.#maxLineBytes) return
    throw new DecodeError(
      'line-too-long',
      `expected lines of at most ${this.#maxLineBytes} bytes, got ${length} or more`,
    )
  }
}

/** Like the chunk's own `indexOf`, but the length of the chunk if the byte is not found. */
function indexOf(chunk: Uint8Array, byte: number, start: number): number {
  const index = chunk.indexOf(byte, start)
  return index === -1 ? chunk.length : index
}

import { ChunkedBody } from './chunked-body.ts'
import { HttpError } from './http-error.ts'
import type { ByteSink, ResponseBody } from './response-body.ts'
import type { ResponseHead } from './response-head.ts'

/** The body that a head announces (RFC 9112, section 6.3). */
export function bodyOf({ headers }: ResponseHead, sink: ByteSink): ResponseBody {
  const coding = headers.get('transfer-encoding')?.toLowerCase()
  if (coding === 'chunked') return new ChunkedBody(sink)
  if (coding !== undefined) {
    throw new HttpError(`expected a chunked body, got the transfer coding ${coding}`)
  }
  const length = headers.get('content-length')
  if (length === undefined) return new IdentityBody(sink, Number.POSITIVE_INFINITY)
  if (!/^[0-9]{1,15}$/.test(length)) {
    throw new HttpError(`expected a length of the body in bytes, got ${length}`)
  }
  return new IdentityBody(sink, Number(length))
}

/** A body of so many bytes, or of all that come. */
class IdentityBody implements ResponseBody {
  readonly #sink: ByteSink
  readonly isUntilClose: boolean
  #remaining: number

  constructor(sink: ByteSink, length: number) {
    this.#sink = sink
    this.#remaining = length
    this.isUntilClose = !Number.isFinite(length)
  }

  get isComplete(): boolean {
    return this.#remaining === 0
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    const taken = Math.min(end - start, this.#remaining)
    this.#remaining -= taken
    if (taken > 0) this.#sink.push(bytes.subarray(start, start + taken))
  }
}

import { HttpError } from './http-error.ts'

/** The status line and headers of an answer (RFC 9112). */
export interface ResponseHead {
  readonly status: number
  /** By names in lower case; values of one name are joined by commas. */
  readonly headers: ReadonlyMap<string, string>
}

const LONGEST_BYTES = 64 * 1024

const STATUS_LINE = /^HTTP\/1\.[01] ([1-9][0-9]{2})(?: .*)?$/
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/
const LINE_END = /\r?\n/
/** Lines that end with LF alone are taken as well, as the RFC allows. */
const HEAD_END = /\r?\n\r?\n/g

/** Collects a head that arrives in pieces. Interim answers (1xx) before it are passed over. */
export class ResponseHeadReader {
  #text = ''

  /** Undefined until the head is whole; then the head, and where in this piece the body begins. */
  push(
    piece: Buffer,
    length: number,
  ): { readonly head: ResponseHead; readonly bodyStart: number } | undefined {
    // An end that began with an earlier piece has at most three bytes there.
    HEAD_END.lastIndex = Math.max(0, this.#text.length - 3)
    this.#text += piece.toString('latin1', 0, length)
    while (HEAD_END.test(this.#text)) {
      const end = HEAD_END.lastIndex
      checkLength(end)
      const head = parseHead(this.#text.slice(0, end))
      const rest = this.#text.length - end
      if (head.status >= 200) return { head, bodyStart: length - rest }
      if (head.status === 101) throw new HttpError('expected HTTP/1.1, got a switch of protocols')
      this.#text = this.#text.slice(end)
      HEAD_END.lastIndex = 0
    }
    checkLength(this.#text.length)
    return undefined
  }
}

function checkLength(length: number): void {
  if (length <= LONGEST_BYTES) return
  throw new HttpError(`expected a head of at most ${LONGEST_BYTES} bytes, got more`)
}

function parseHead(text: string): ResponseHead {
  const [statusLine = '', ...lines] = text.trimEnd().split(LINE_END)
  const status = STATUS_LINE.exec(statusLine)?.[1]
  if (status === undefined) {
    throw new HttpError(`expected an answer in HTTP/1.1, got ${quote(statusLine)}`)
  }
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? []
    if (name === undefined || value === undefined) {
      throw new HttpError(`expected a header, got ${quote(line)}`)
    }
    const key = name.toLowerCase()
    const earlier = headers.get(key)
    headers.set(key, earlier === undefined ? value : `${earlier}, ${value}`)
  }
  return { status: Number(status), headers }
}

function quote(line: string): string {
  return JSON.stringify(line.slice(0, 80))
}

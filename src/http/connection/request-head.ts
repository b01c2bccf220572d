import type { IncomingHttpHeaders } from 'node:http'

/** The head of a request. */
export interface RequestHead {
  /** Path and query, as they came. */
  readonly target: string
  /** By lower-case name, as `node:http` has them. */
  readonly headers: IncomingHttpHeaders
}

/** The beginning of `GET `, as a number: most other requests are told by it alone. */
const GET = 0x47455420
/** A request line of RFC 9112, section 3, with a target in origin form. */
const REQUEST_LINE = /^GET (\/[!-~]*) HTTP\/1\.1$/
/** Field lines of RFC 9112, section 5, without the folding that it has outlawed. */
const FIELD_LINES = /^(?:[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)+$/
/** Fields that change how a request is read or answered, and one that an object of `node:http` cannot hold. */
const SPECIAL_FIELDS: readonly string[] = [
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  '__proto__',
]

const END = '\r\n\r\n'

/**
 * The head of a GET, if the bytes are that, whole, and nothing else; undefined for all that is out of the ordinary,
 * malformed or only a part, which `node:http` then judges from the same bytes.
 *
 * Own code, since it is on the path of every stream that opens: `node:http` can parse a request only together with
 * objects for its answer, which take longer than all else that a stream needs.
 */
export function parseRequestHead(bytes: Buffer): RequestHead | undefined {
  if (bytes.length < 16 || bytes.readUInt32BE(0) !== GET) return undefined
  const text = bytes.toString('latin1')
  if (text.indexOf(END) !== text.length - END.length) return undefined
  const lineEnd = text.indexOf('\r\n')
  const target = REQUEST_LINE.exec(text.slice(0, lineEnd))?.[1]
  if (target === undefined) return undefined
  const headers = parseFields(text.slice(lineEnd + 2, -2))
  return headers && { target, headers }
}

function parseFields(lines: string): IncomingHttpHeaders | undefined {
  if (!FIELD_LINES.test(lines)) return undefined
  const headers: IncomingHttpHeaders = Object.create(null)
  for (let start = 0; start < lines.length;) {
    const colon = lines.indexOf(':', start)
    const end = lines.indexOf('\r\n', colon)
    const name = lines.slice(start, colon).toLowerCase()
    // How repeated fields are joined depends on their name.
    if (headers[name] !== undefined) return undefined
    headers[name] = trimmed(lines, colon + 1, end)
    start = end + 2
  }
  // RFC 9112, section 3.2: a request without a Host is refused.
  if (headers.host === undefined) return undefined
  return SPECIAL_FIELDS.some((name) => headers[name] !== undefined) ? undefined : headers
}

/** Without the spaces and tabs around it; `trim` would take more. */
function trimmed(lines: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(lines.charCodeAt(start))) start++
  while (start < end && isBlank(lines.charCodeAt(end - 1))) end--
  return lines.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

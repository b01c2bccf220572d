import { checkAnswer } from '../openapi/check-answer.ts'
import { RawConnection } from './raw-connection.ts'

/** A response as it was on the wire. */
export interface RawResponse {
  readonly status: number
  /** Status line and headers as sent, with their line ends. */
  readonly head: string
  /** By name in lower case; repeated ones joined by commas. */
  readonly headers: ReadonlyMap<string, string>
  /** The bytes after the head, with their chunked framing. */
  readonly body: string
}

/** Sends a request on a connection of its own, and reads until the server ends it. */
export async function exchange(url: string, request: string | Uint8Array): Promise<RawResponse> {
  await using connection = await RawConnection.open(url)
  connection.send(request)
  const response = parseResponse(await connection.untilEnd())
  checkResponse(url, request, response)
  return response
}

/** Checks the answer to a valid request against docs/openapi.json. */
function checkResponse(url: string, request: string | Uint8Array, response: RawResponse): void {
  const text = Buffer.from(request).toString('latin1')
  const line = /^([A-Z]+) (\/[^ ?#]*)\S* HTTP\/1\.[01]\r\n/.exec(text)
  if (line === null) return
  const { status, headers } = response
  const length = headers.get('content-length')
  // A chunked body is not checked, since it would have to be decoded.
  const body = headers.has('transfer-encoding')
    ? undefined
    : Buffer.from(response.body).toString('utf8', 0, Number(length ?? Infinity))
  const header = (name: string) => headers.get(name.toLowerCase())
  checkAnswer(url, { method: line[1]!, path: line[2]!, status, header, body })
}

export interface RequestParts {
  readonly method?: string
  readonly version?: '1.0' | '1.1'
  /** Header lines; `Host: localhost` and `Connection: close` are there unless named here. */
  readonly headers?: readonly string[]
  readonly body?: string
}

/** Formats a request without any check, and without headers for a body. */
export function formatRequest(target: string, parts: RequestParts = {}): string {
  const { method = 'GET', version = '1.1', headers = [], body = '' } = parts
  const named = new Set(headers.map((line) => line.split(':', 1)[0]?.toLowerCase()))
  const usual = ['Host: localhost', 'Connection: close'].filter(
    (line) => !named.has(line.split(':', 1)[0]?.toLowerCase()),
  )
  return `${method} ${target} HTTP/${version}\r\n${[...usual, ...headers].map((line) => `${line}\r\n`).join('')}\r\n${body}`
}

export function parseResponse(text: string): RawResponse {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) throw new Error(`expected a response, got ${JSON.stringify(text)}`)
  const head = text.slice(0, end + 4)
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value)
  }
  return { status: Number(statusLine.split(' ')[1]), head, headers, body: text.slice(end + 4) }
}

/** The chunks of a chunked body, as far as they are whole; `isComplete` after the last chunk. */
export function parseChunks(bytes: Uint8Array): { chunks: string[]; isComplete: boolean } {
  const body = Buffer.from(bytes)
  const chunks: string[] = []
  for (let at = 0; ;) {
    const lineEnd = body.indexOf('\r\n', at)
    if (lineEnd === -1) return { chunks, isComplete: false }
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16)
    const end = lineEnd + 2 + size
    if (body.length < end + 2) return { chunks, isComplete: false }
    if (body.toString('latin1', end, end + 2) !== '\r\n') {
      throw new Error(`expected a chunk to end at byte ${end}`)
    }
    if (size === 0) return { chunks, isComplete: true }
    chunks.push(body.toString('utf8', lineEnd + 2, end))
    at = end + 2
  }
}

/** Problem documents for requests that never reach Koa, or would break it. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { DetachableSocket } from './detachable-socket.ts'
import { linger } from './lingering.ts'
import { PROBLEM_TYPE, encodeProblem } from '../problem.ts'

const HEADERS = {
  'Content-Type': PROBLEM_TYPE,
  'Cache-Control': 'no-store',
  Vary: 'Origin',
  Connection: 'close',
} as const

type Refusal = readonly [status: number, detail: string]

const TOO_LATE: Refusal = [408, 'expected the whole request sooner']
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: [431, 'expected smaller headers'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'expected a body without large chunk extensions'],
  ERR_HTTP_REQUEST_TIMEOUT: TOO_LATE,
}

/** A fault that RFC 9112, section 3.2, wants answered with 400, and that Node's parser lets through. */
export function findRequestFault(request: IncomingMessage): string | undefined {
  const { rawHeaders, httpVersionMinor, url = '' } = request
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (/^host$/i.test(rawHeaders[index]!)) hosts++
  }
  if (hosts > 1 || (hosts === 0 && httpVersionMinor > 0)) return 'expected one Host'
  if (url.startsWith('/') || url === '*') return undefined
  const isWhole = /^https?:/i.test(url) && URL.canParse(url)
  return isWhole ? undefined : 'expected a path or an http URL as target'
}

/** Answers a request outside Koa. Its body, if any, is not read. */
export function answerProblem(response: ServerResponse, status: number, detail: string): void {
  const body = encodeProblem(status, detail)
  response.writeHead(status, { ...HEADERS, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}

/** Answers an unknown `Expect`, since Node's own 417 has no problem document. */
export function refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
  if (request.socket instanceof DetachableSocket && !request.socket.takesRequests) return
  answerProblem(response, 417, 'expected no Expect other than 100-continue')
}

/** Answers CONNECT, which asks for a tunnel, after the requests before it. */
export function refuseTunnel(_request: IncomingMessage, socket: Duplex): void {
  const refuse = () => {
    writeProblem(socket, 405, 'expected a method other than CONNECT', {
      Allow: 'GET, HEAD, POST, OPTIONS',
    })
  }
  const isDetachable = socket instanceof DetachableSocket
  // Nothing is answered behind a stream.
  if (isDetachable && !socket.takesRequests) return
  if (isDetachable && hasPendingResponse(socket)) socket.response?.once('close', refuse)
  else refuse()
}

/** Answers a request that the parser refuses or that takes too long to come in, and closes the connection. */
export function refuseConnection(error: { readonly code?: string }, socket: Duplex): void {
  const isDetachable = socket instanceof DetachableSocket
  if (isDetachable && hasPendingResponse(socket)) {
    // The refusal is for bytes behind a whole request, and must not be taken for the answer to that.
    socket.discardInput()
    socket.response?.once('close', () => {
      refuseConnection(error, socket)
    })
    return
  }
  if (!isDetachable || !socket.writable || error.code === 'ECONNRESET' || isResponding(socket)) {
    socket.destroy()
    return
  }
  if (hasEarlyResponse(socket)) {
    socket.destroySoon()
    return
  }
  const refusal = REFUSALS[error.code ?? ''] ?? [400, 'expected a well-formed HTTP request']
  writeProblem(socket, ...refusal)
}

/** Answers a connection on which no request has begun in time, and closes it. */
export function refuseSilence(socket: Socket): void {
  linger(socket, Buffer.from(formatProblem(...TOO_LATE)))
}

function writeProblem(
  socket: Duplex,
  status: number,
  detail: string,
  headers?: Readonly<Record<string, string>>,
): void {
  socket.write(formatProblem(status, detail, headers))
  if (socket instanceof DetachableSocket) socket.destroySoon()
  else socket.end()
}

/** A whole response. */
function formatProblem(
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const body = encodeProblem(status, detail)
  const fields = Object.entries({
    ...HEADERS,
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  })
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`
}

/** Whether a request has come in whole and its response is not finished. */
function hasPendingResponse({ response, destroyed }: DetachableSocket): boolean {
  return response !== undefined && response.req.complete && !response.writableFinished && !destroyed
}

/** Whether a request was answered before it has come in whole: a refusal would be a second answer. */
function hasEarlyResponse({ response }: DetachableSocket): boolean {
  return response !== undefined && response.writableFinished && !response.req.complete
}

/** Whether a refusal now would land in the middle of a response. */
function isResponding({ response }: DetachableSocket): boolean {
  return response !== undefined && response.headersSent && !response.writableFinished
}

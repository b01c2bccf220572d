import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type Koa from 'koa'
import { Front } from './front.ts'
import { PROBLEM_TYPE, problemDocument } from './problem.ts'

/** Times in ms, sizes in bytes. */
export interface ServerOptions {
  readonly headerTimeout: number
  readonly bodyTimeout: number
  readonly keepAlive: number
  readonly maxHeaderBytes: number
  /** Whether a request opens a stream, by method and target alone. */
  readonly isStream?: (method: string, target: string) => boolean
}

/** Pending connections the kernel keeps; it caps this at `somaxconn`, 4096 on current kernels. */
const BACKLOG = 4096
/** How often Node looks for requests that took too long, in ms. */
const TIMEOUT_CHECK = 1_000

/** How often a server that closes looks for connections that have become idle, in ms. */
const IDLE_CHECK = 50

/** An HTTP/1.1 listener whose connections can be taken over by streams. */
export function createHttpServer(app: Koa, options: ServerOptions): Server {
  const answer = app.callback()
  const server = createServer({
    headersTimeout: options.headerTimeout,
    requestTimeout: options.headerTimeout + options.bodyTimeout,
    keepAliveTimeout: options.keepAlive,
    maxHeaderSize: options.maxHeaderBytes,
    // Node's own 400 has no problem document.
    requireHostHeader: false,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK, options.headerTimeout),
  })
  const [connect] = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (raw: Socket) => connect!.call(server, new Front(raw)))

  const onRequest: RequestListener = (request, response) => {
    const front: unknown = request.socket
    if (front instanceof Front) {
      // What was pipelined behind a stream request is never answered: the stream owns the connection.
      if (front.isClaimed) return
      front.response = response
      front.isClaimed = options.isStream?.(request.method!, request.url!) ?? false
      if (front.isClaimed) {
        // While it waits for its turn, too: else what follows could pile up without bound.
        front.turnDeaf()
        // If it gets an error instead of a stream, nothing could follow that either.
        response.setHeader('Connection', 'close')
      }
    }
    if (request.headers.host === undefined && request.httpVersionMinor > 0) {
      answerProblem(response, 400, 'expected a Host')
      return
    }
    // Koa answers its own errors: the promise never rejects.
    void answer(request, response)
  }
  server.on('request', onRequest)
  // Without this, Node invites the body before anyone has looked at the head; `readBody` does it.
  server.on('checkContinue', onRequest)
  server.on('checkExpectation', onExpectation)
  server.on('clientError', refuse)
  return server
}

/** Resolves with the address once connections are accepted. */
export async function listen(
  server: Server,
  address: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ ...address, backlog: BACKLOG }, resolve)
  await promise
  server.off('error', reject)
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('expected a bound TCP address')
  return bound
}

/** Closes the listener and waits for requests under way, at most `grace` ms. */
export async function closeServer(server: Server, grace: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => {
    resolve()
  })
  // Closing closes what is idle at that moment; the other connections become idle one by one.
  const sweep = setInterval(() => {
    server.closeIdleConnections()
  }, IDLE_CHECK)
  const timer = setTimeout(() => {
    server.closeAllConnections()
  }, grace)
  await promise
  clearInterval(sweep)
  clearTimeout(timer)
}

const REFUSALS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'expected smaller headers'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'expected a body without large chunk extensions'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'expected the whole request sooner'],
}

/** Node's own 417 has no problem document. */
function onExpectation(request: IncomingMessage, response: ServerResponse): void {
  if (request.socket instanceof Front && request.socket.isClaimed) return
  answerProblem(response, 417, 'expected no Expect other than 100-continue')
}

/** Where no route has a say. The body of the request, if any, is not read. */
function answerProblem(response: ServerResponse, status: number, detail: string): void {
  const body = problemDocument(status, detail)
  response.writeHead(status, {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  })
  response.end(body)
}

/** What the HTTP parser refuses never reaches Koa; it gets a problem document all the same. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isFront = socket instanceof Front
  if (isFront && isOwingAnswer(socket)) {
    // The refusal is for what stands behind a whole request, and must not pass for its answer.
    socket.turnDeaf()
    socket.response?.once('close', () => {
      refuse(error, socket)
    })
    return
  }
  if (!isFront || !socket.writable || error.code === 'ECONNRESET' || isAnswering(socket)) {
    socket.destroy()
    return
  }
  const [status, detail] = REFUSALS[error.code ?? ''] ?? [
    400,
    'expected a well-formed HTTP request',
  ]
  const body = problemDocument(status, detail)
  socket.write(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
  socket.destroySoon()
}

/** Whether a request has come in whole and its answer is not out yet. */
function isOwingAnswer({ response, destroyed }: Front): boolean {
  return response !== undefined && response.req.complete && !response.writableFinished && !destroyed
}

/** Whether a refusal now would land in the middle of a response. */
function isAnswering({ response }: Front): boolean {
  return response !== undefined && response.headersSent && !response.writableFinished
}

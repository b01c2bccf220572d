import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type Koa from 'koa'
import { limitConnections, type ConnectionLimit } from './connection-limit.ts'
import { DetachableSocket } from './detachable-socket.ts'
import { limitBodyTime } from './body-timeout.ts'
import {
  answerProblem,
  findRequestFault,
  refuseConnection,
  refuseExpectation,
  refuseTunnel,
} from './protocol-errors.ts'

/** Times in ms, sizes in bytes. */
export interface ServerOptions {
  readonly headerTimeout: number
  readonly bodyTimeout: number
  readonly keepAlive: number
  readonly maxHeaderBytes: number
  /** Whether a request opens a stream, by method and target alone. */
  readonly isStream?: (method: string, target: string) => boolean
  readonly bound?: ConnectionLimit
}

/** How often Node looks for requests that took too long, in ms. */
const TIMEOUT_CHECK = 1_000

/** An HTTP/1.1 server from whose connections streams can detach the sockets. */
export function createHttpServer(app: Koa, options: ServerOptions): Server {
  const answer = app.callback()
  const server = createServer({
    headersTimeout: options.headerTimeout,
    // Off, since `limitBodyTime` counts from the end of the head.
    requestTimeout: 0,
    keepAliveTimeout: options.keepAlive,
    maxHeaderSize: options.maxHeaderBytes,
    // Off, since Node's own 400 has no problem document; `findRequestFault` looks for the header.
    requireHostHeader: false,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK, options.headerTimeout),
  })
  if (options.bound !== undefined) limitConnections(server, options.bound)
  const [connect] = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (raw: Socket) => connect!.call(server, new DetachableSocket(raw)))

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    limitBodyTime(request, options.bodyTimeout)
    const fault = findRequestFault(request)
    if (fault !== undefined) answerProblem(response, 400, fault)
    // Koa answers its own errors: the promise never rejects.
    else void answer(request, response)
  }
  const onRequest: RequestListener = (request, response) => {
    const socket: unknown = request.socket
    if (!(socket instanceof DetachableSocket)) return handle(request, response)
    // A request that is pipelined behind a stream request is never answered: the stream owns the connection.
    if (socket.hasStreamRequest) return
    socket.hasStreamRequest = options.isStream?.(request.method!, request.url!) ?? false
    if (socket.hasStreamRequest) {
      socket.discardInput()
      // Where an error answers instead of a stream, no other answer can follow it either.
      response.setHeader('Connection', 'close')
    }
    socket.handleInOrder(request, response, handle)
  }
  server.on('request', onRequest)
  // Without a listener, Node itself would ask for the body before any check of the head; `readText` asks for
  // it when the route wants it.
  server.on('checkContinue', onRequest)
  server.on('checkExpectation', refuseExpectation)
  server.on('connect', refuseTunnel)
  server.on('clientError', refuseConnection)
  return server
}

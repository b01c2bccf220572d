import {
  Server,
  type IncomingMessage,
  type RequestListener,
  type ServerOptions as NodeServerOptions,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type Koa from 'koa'
import { limitConnections, type ConnectionLimit } from './connection-limit.ts'
import { DetachableSocket } from './detachable-socket.ts'
import { FirstRequest, type TakeConnection } from './first-request.ts'
import { SilentConnections } from './silent-connections.ts'
import { limitBodyTime } from './body-timeout.ts'
import {
  answerProblem,
  findRequestFault,
  refuseConnection,
  refuseExpectation,
  refuseSilence,
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
  /** Takes over connections that begin with a plain request for a stream. */
  readonly takeStream?: TakeConnection | undefined
  readonly bound?: ConnectionLimit
}

/** How often Node looks for requests that took too long, in ms. */
const TIMEOUT_CHECK = 1_000

/** An HTTP/1.1 server that gives the sockets of streams away. */
export function createHttpServer(app: Koa, options: ServerOptions): Server {
  const answer = app.callback()
  const server = new StreamServer(
    {
      headersTimeout: options.headerTimeout,
      // Off, since `limitBodyTime` counts from the end of the head.
      requestTimeout: 0,
      keepAliveTimeout: options.keepAlive,
      maxHeaderSize: options.maxHeaderBytes,
      // Off, since Node's own 400 has no problem document; `findRequestFault` looks for the header.
      requireHostHeader: false,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK, options.headerTimeout),
    },
    options,
  )
  if (options.bound !== undefined) limitConnections(server, options.bound)

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
    if (!socket.takesRequests) return
    if (options.isStream?.(request.method!, request.url!) === true) {
      // A request that is pipelined behind one for a stream is never answered: the stream owns the connection.
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

/** Puts each new connection into its first state, in front of Node's own server. */
class StreamServer extends Server {
  /** Node's server does not know of them. */
  readonly #silent: SilentConnections

  constructor(
    nodeOptions: NodeServerOptions,
    { maxHeaderBytes, headerTimeout, takeStream: take }: ServerOptions,
  ) {
    super(nodeOptions)
    this.#silent = new SilentConnections({ timeout: headerTimeout, refuse: refuseSilence })
    const [connect] = this.listeners('connection')
    this.removeAllListeners('connection')
    const detachable = (socket: Socket) => {
      const front = new DetachableSocket(socket)
      connect!.call(this, front)
      return front
    }
    if (take === undefined) {
      this.on('connection', detachable)
      return
    }
    const firstRequest = {
      maxHeaderBytes,
      take,
      otherwise: (socket: Socket, bytes: Buffer) => {
        const front = detachable(socket)
        // Once the parser reads: bytes that come before would go to it all at once.
        process.nextTick(() => {
          front.onData(bytes)
        })
      },
      silent: this.#silent,
    }
    this.on('connection', (socket: Socket) => new FirstRequest(socket, firstRequest))
  }

  override closeAllConnections(): void {
    super.closeAllConnections()
    this.#silent.destroyAll()
  }
}

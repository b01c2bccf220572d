import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
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
    // `limitBodyTime` is more exact.
    requestTimeout: 0,
    keepAliveTimeout: options.keepAlive,
    maxHeaderSize: options.maxHeaderBytes,
    // Node's own 400 has no problem document.
    requireHostHeader: false,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK, options.headerTimeout),
  })
  if (options.bound !== undefined) limitConnections(server, options.bound)
  const [connect] = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (raw: Socket) => connect!.call(server, new DetachableSocket(raw)))

  const begin = (request: IncomingMessage, response: ServerResponse) => {
    limitBodyTime(request, options.bodyTimeout)
    const fault = findRequestFault(request)
    if (fault !== undefined) answerProblem(response, 400, fault)
    // Koa answers its own errors: the promise never rejects.
    else void answer(request, response)
  }
  const onRequest: RequestListener = (request, response) => {
    const front: unknown = request.socket
    if (!(front instanceof DetachableSocket)) return begin(request, response)
    // What was pipelined behind a stream request is never answered: the stream owns the connection.
    if (front.isClaimed) return
    front.isClaimed = options.isStream?.(request.method!, request.url!) ?? false
    if (front.isClaimed) {
      front.turnDeaf()
      // If it gets an error instead of a stream, nothing could follow that either.
      response.setHeader('Connection', 'close')
    }
    front.admit(request, response, begin)
  }
  server.on('request', onRequest)
  // Without this, Node invites the body before anyone has looked at the head; `readBody` does it.
  server.on('checkContinue', onRequest)
  server.on('checkExpectation', refuseExpectation)
  server.on('connect', refuseTunnel)
  server.on('clientError', refuseConnection)
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

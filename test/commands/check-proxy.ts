import { once } from 'node:events'
import {
  createServer,
  request as requestHttp,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createServerTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** Passes the answer of the service on to the client, or does to it what a proxy may do. */
export type Relay = (answer: IncomingMessage, response: ServerResponse) => void

export interface ProxyOptions {
  /** Of answers to requests for streams; all others pass. */
  readonly relay?: Relay
  /** Answers a request for a stream itself, by its number from 0; undefined lets it through. */
  readonly statusOf?: (request: number) => number | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly tls?: { readonly key: string; readonly cert: string }
}

export interface CheckProxy extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** The headers of each request for a stream so far. */
  readonly requests: readonly IncomingMessage['headers'][]
  /** The port that each of them came from. */
  readonly ports: readonly (number | undefined)[]
  /** The name that each connection over TLS has asked for; false where it has asked for none. */
  readonly names: readonly (string | false)[]
}

/** An HTTP proxy between clients and a service, or one for each request by the number of streams before. */
export async function startCheckProxy(
  target: string | ((streams: number) => string),
  { relay = pass, statusOf = () => undefined, headers = {}, tls }: ProxyOptions = {},
): Promise<CheckProxy> {
  const requests: IncomingMessage['headers'][] = []
  const ports: (number | undefined)[] = []
  const listener: RequestListener = (request, response) => {
    const { method, url: path = '' } = request
    const isStream = path.startsWith('/stream/')
    const service = typeof target === 'string' ? target : target(requests.length)
    const status = isStream ? statusOf(requests.length) : undefined
    if (isStream) {
      requests.push(request.headers)
      ports.push(request.socket.remotePort)
    }
    if (status !== undefined) {
      response.writeHead(status, headers).end('not of the service')
      return
    }
    const onward = requestHttp(new URL(path, service), {
      method,
      headers: request.headers,
      agent: false,
    })
    onward.on('response', (answer) => {
      answer.on('error', () => response.destroy())
      if (isStream) relay(answer, response)
      else pass(answer, response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  }
  const server = tls === undefined ? createServer(listener) : createServerTls(tls, listener)
  const names: (string | false)[] = []
  server.on('secureConnection', (socket: TLSSocket) => names.push(socket.servername ?? false))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    ports,
    names,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** As it comes. */
export const pass: Relay = (answer, response) => {
  beginAnswer(answer, response)
  answer.pipe(response)
}

/** The head, at once. */
export function beginAnswer(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 500, answer.headers).flushHeaders()
}

/** Reads a stream block by block. */
export function onBlock(answer: IncomingMessage, listener: (block: string) => void): void {
  let rest = ''
  answer.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) listener(`${block}\n\n`)
  })
}

/** Whether a block is an event that somebody has published. */
export function isPublished(block: string): boolean {
  return block.includes('data:') && !block.includes('event: runnel.')
}

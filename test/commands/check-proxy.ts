import {
  createServer,
  request as requestHttp,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createServerTls } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { listenLocally } from '../support/local-server.ts'

/** Passes the answer of the service on to the client, with the faults of a proxy. */
export type Relay = (answer: IncomingMessage, response: ServerResponse) => void

export interface ProxyOptions {
  /** Relays answers to stream requests; other answers pass unchanged. */
  readonly relay?: Relay
  /** Answers a stream request itself, by its number from 0; undefined passes it on. */
  readonly statusOf?: (request: number) => number | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly tls?: { readonly key: string; readonly cert: string }
}

export interface CheckProxy extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** The headers of each stream request so far. */
  readonly requests: readonly IncomingMessage['headers'][]
  /** The client port of each stream request. */
  readonly ports: readonly (number | undefined)[]
  /** The requested server name of each TLS connection; false without one. */
  readonly names: readonly (string | false)[]
}

/** An HTTP proxy in front of a service. A function chooses the service by the number of earlier streams. */
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
  return { ...(await listenLocally(server)), requests, ports, names }
}

/** Passes the answer on unchanged. */
export const pass: Relay = (answer, response) => {
  beginAnswer(answer, response)
  answer.pipe(response)
}

/** Sends the head at once. */
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

/** Whether a block is a published event, and no system event. */
export function isPublished(block: string): boolean {
  return block.includes('data:') && !block.includes('event: runnel.')
}

import { createServer, request as requestHttp } from 'node:http'
import { connect, type Socket } from 'node:net'
import { listenLocally } from '../support/local-server.ts'

export interface ForwardProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly host: string
  /** What was asked for so far: `GET http://host/path`, or `CONNECT host:port` for a tunnel. */
  readonly requests: readonly string[]
}

export interface ForwardProxyOptions {
  /** The header `Proxy-Authorization` that it asks for; without it, none. */
  readonly credentials?: string
}

/** A proxy of the kind that HTTP_PROXY names. Whatever host it is asked for, it leads to the target. */
export async function startForwardProxy(
  target: string,
  { credentials }: ForwardProxyOptions = {},
): Promise<ForwardProxy> {
  const requests: string[] = []
  const tunnels = new Set<Socket>()
  const { port: targetPort } = new URL(target)
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    requests.push(`${method} ${url}`)
    const { 'proxy-authorization': given, 'proxy-connection': _, ...passed } = headers
    if (given !== credentials) {
      response.writeHead(407).end()
      return
    }
    const { pathname, search } = new URL(url)
    const onward = requestHttp(new URL(pathname + search, target), {
      method,
      headers: passed,
      agent: false,
    })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers).flushHeaders()
      answer.on('error', () => response.destroy()).pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    requests.push(`CONNECT ${url}`)
    if (headers['proxy-authorization'] !== credentials) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const onward = connect(Number(targetPort), '127.0.0.1')
    for (const each of [socket, onward]) {
      tunnels.add(each)
      each.on('error', () => {}).on('close', () => tunnels.delete(each))
    }
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.pipe(onward).pipe(socket)
  })
  const listening = await listenLocally(server)
  return {
    ...listening,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of tunnels) socket.destroy()
      await listening[Symbol.asyncDispose]()
    },
  }
}

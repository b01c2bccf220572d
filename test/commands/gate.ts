import { once } from 'node:events'
import { createServer, request as requestHttp, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Gate extends AsyncDisposable {
  readonly url: string
  readonly host: string
  /** The headers of each request so far. */
  readonly requests: readonly IncomingHttpHeaders[]
}

/** A proxy in front of a server that lets through only what it allows, and answers 401 to the rest. */
export async function startGate(
  target: string,
  allows: (headers: IncomingHttpHeaders) => boolean,
): Promise<Gate> {
  const requests: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    const { method, headers, url = '' } = request
    requests.push(headers)
    if (!allows(headers)) {
      response.writeHead(401).end()
      return
    }
    const onward = requestHttp(new URL(url, target), { method, headers, agent: false })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers).flushHeaders()
      answer.on('error', () => response.destroy()).pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    host,
    requests,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

import { createServer, request as requestHttp, type IncomingHttpHeaders } from 'node:http'
import { listenLocally } from '../support/local-server.ts'

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
  return { ...(await listenLocally(server)), requests }
}

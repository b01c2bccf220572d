import { once } from 'node:events'
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Stands before an API server, and answers for a group as if its CRDs were not installed: to delete them would
 * delete the objects of others too. It passes all else on, with the rights of whoever the API server takes it for.
 */
export class HiddenGroup implements AsyncDisposable {
  /** Whether the group is away. A change of it cuts all connections, as the watches of a group end with it. */
  #isHidden = true
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(apiServer: string, group: string): Promise<HiddenGroup> {
    const server = createServer((incoming, response) => {
      const isHidden = hidden.#isHidden && incoming.url?.startsWith(`/apis/${group}/`) === true
      // In the words of a kube-apiserver.
      if (isHidden) response.writeHead(404).end('404 page not found\n')
      else passOn(apiServer, incoming, response)
    })
    const hidden = new HiddenGroup(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return hidden
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  set isHidden(isHidden: boolean) {
    this.#isHidden = isHidden
    this.#server.closeAllConnections()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

function passOn(apiServer: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { authorization: _, host: __, ...headers } = incoming.headers
  const { method, url } = incoming
  const passed = request(`${apiServer}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    // A watch begins long before its first change.
    response.flushHeaders()
    answer.pipe(response)
  })
  passed.on('error', () => response.destroy())
  response.on('close', () => passed.destroy())
  incoming.pipe(passed)
}

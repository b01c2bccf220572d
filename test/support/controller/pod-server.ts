import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** The admin listener of a pod, with streams that a test counts. */
export class PodServer implements AsyncDisposable {
  subscribers: number
  limit = 1_500
  isDraining = false
  /** The pod accepts connections and answers nothing. */
  isSilent = false
  /** Of requests to shed, in the order in which they came. */
  readonly sheds: { readonly token: string | undefined; readonly body: unknown }[] = []
  snapshots = 0
  readonly #server: Server

  private constructor(subscribers: number) {
    this.subscribers = subscribers
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(subscribers: number): Promise<PodServer> {
    const pod = new PodServer(subscribers)
    await once(pod.#server.listen(0, '127.0.0.1'), 'listening')
    return pod
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isSilent) return
    if (request.method === 'POST' && request.url === '/shed') {
      const body = (await json(request)) as { readonly count: number }
      this.sheds.push({ token: request.headers.authorization, body })
      send(response, 202, { shedding: body.count })
    } else if (request.url === '/snapshot') {
      this.snapshots++
      const { subscribers, limit, isDraining: draining } = this
      send(response, 200, { subscribers, limit, draining })
    } else {
      send(response, 404, {})
    }
  }
}

function send(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(document))
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** Answers a request by its number, from 0. */
export type Script = (response: ServerResponse, number: number) => void

/** An HTTP server on a loopback port with scripted answers, which counts its open connections. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: IncomingMessage[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(script: Script) {
    this.#server = createServer((request, response) => {
      this.requests.push(request)
      script(response, this.requests.length - 1)
    })
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const server = new ScriptedServer(script)
    await once(server.#server.listen(0, '127.0.0.1'), 'listening')
    return server
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size
  }

  /** The `Last-Event-ID` of each request; undefined where it has none. */
  get cursors(): readonly (string | undefined)[] {
    return this.requests.map(({ headers }) => headers['last-event-id']?.toString())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

/** Begins an answer as a stream, and sends the text. */
export function sendStream(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', Connection: 'close' })
  response.write(text)
}

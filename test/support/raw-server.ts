import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Answers a request, by its number from 0. */
type Script = (socket: Socket, number: number, request: string) => void

/** A TCP server on a loopback port whose scripts write the bytes of HTTP themselves. */
export class RawServer implements AsyncDisposable {
  /** The heads of the requests so far. */
  readonly requests: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(script: Script) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket.setNoDelay(true))
      // It is followed by 'close'.
      socket.on('error', () => undefined)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.once('data', (request: Buffer) => {
        const number = this.requests.push(request.toString()) - 1
        script(socket, number, request.toString())
      })
    })
  }

  static async start(script: Script): Promise<RawServer> {
    const server = new RawServer(script)
    await once(server.#server.listen(0, '127.0.0.1'), 'listening')
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Connections that are open now. */
  get sockets(): readonly Socket[] {
    return [...this.#sockets]
  }

  /** The `Last-Event-ID` of each request; undefined where it has none. */
  get cursors(): readonly (string | undefined)[] {
    return this.requests.map((request) => /^Last-Event-ID: (.*)\r$/im.exec(request)?.[1])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }
}

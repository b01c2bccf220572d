import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Time between two checks of readiness, in ms. */
const INTERVAL = 20

/** A TCP proxy that plays the ingress: new connections go to the first service that is ready. */
export class Ingress implements AsyncDisposable {
  readonly #services: readonly string[]
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #timer: NodeJS.Timeout
  #target: string

  private constructor(server: Server, services: readonly [string, ...string[]]) {
    this.#server = server
    this.#services = services
    this.#target = services[0]
    server.on('connection', (socket) => {
      this.#forward(socket)
    })
    this.#timer = setInterval(() => void this.#choose(), INTERVAL)
  }

  static async open(...services: readonly [string, ...string[]]): Promise<Ingress> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Ingress(server, services)
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #choose(): Promise<void> {
    for (const service of this.#services) {
      const isReady = await fetch(`${service}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isReady) {
        this.#target = service
        return
      }
    }
  }

  #forward(socket: Socket): void {
    const { hostname, port } = new URL(this.#target)
    const upstream = connect({ host: hostname, port: Number(port) })
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.#sockets.add(from)
      from.pipe(to)
      from.on('error', () => undefined)
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
    }
  }
}

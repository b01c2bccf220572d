import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { pass, whileFrozen, type Direction, type Faults } from './fault-pipe.ts'

/** Stands between a client and a server, on a loopback port that the system picks. */
export class FaultProxy implements AsyncDisposable {
  readonly faults: Faults
  /** Connections so far. */
  connections = 0
  /** Pieces from the server so far. */
  pieces = 0
  /** Bytes passed on so far. */
  readonly bytes: Record<Direction, number> = { requests: 0, replies: 0 }
  readonly #scheme: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(scheme: string, target: Faults['target']) {
    this.#scheme = scheme
    this.faults = {
      target,
      latency: 0,
      slice: Number.POSITIVE_INFINITY,
      isFrozen: false,
      isRefusing: false,
      repliesToLose: 0,
    }
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      this.#accept(client)
    })
  }

  /** Leads to the host and port of `url`. */
  static async start(url: string): Promise<FaultProxy> {
    const { protocol, hostname, port } = new URL(url)
    const proxy = new FaultProxy(protocol, { host: hostname, port: Number(port) })
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening')
    return proxy
  }

  /** The URL of the server with the port of the proxy. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `${this.#scheme}//127.0.0.1:${port}`
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.cut()
    await once(this.#server, 'close')
  }

  #accept(client: Socket): void {
    this.connections++
    const { target, isRefusing } = this.faults
    if (isRefusing) {
      client.destroy()
      return
    }
    const server = connect({ ...target, allowHalfOpen: true })
    this.#join(client, server)
    this.#join(server, client)
    this.#pass(client, server, 'requests')
    this.#pass(server, client, 'replies')
  }

  /**
   * Closes one side with the other, unless the other ended in order: then its last bytes are still under
   * way.
   */
  #join(socket: Socket, other: Socket): void {
    this.#sockets.add(socket.setNoDelay(true))
    // It is followed by 'close'.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (socket.readableEnded && socket.errored === null) return
      void whileFrozen(this.faults, other).then(() => other.destroy())
    })
  }

  #pass(from: Socket, to: Socket, direction: Direction): void {
    void pass({
      from,
      to,
      direction,
      faults: this.faults,
      onPiece: () => {
        if (direction === 'replies') this.pieces++
      },
      onPassed: (bytes) => {
        this.bytes[direction] += bytes
      },
    })
  }
}

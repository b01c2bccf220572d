import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** What the proxy does to what passes, read at every piece: change it at any time. */
export interface Faults {
  /** Where new connections lead. */
  target: { readonly host: string; readonly port: number }
  /** Held back for so many ms, in each direction; order is kept. */
  latency: number
  /** Passed on in pieces of so many bytes. */
  slice: number
  /** Connections stay, and nothing passes either way. */
  isFrozen: boolean
  /** New connections are closed at once. */
  isRefusing: boolean
  /** So many replies are swallowed, and their connections cut: the work is done, and nobody is told. */
  repliesToLose: number
}

/** How often a frozen connection looks whether it is one still, in ms. */
const FREEZE_CHECK = 20

/** Stands between a client and a server, on a loopback port that the system picks. */
export class FaultProxy implements AsyncDisposable {
  readonly faults: Faults
  /** Connections so far. */
  connections = 0
  /** Pieces that came from the server so far. */
  pieces = 0
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
    this.#server = createServer((client) => {
      this.#accept(client)
    })
  }

  /** `url` says where it leads, by host and port. */
  static async start(url: string): Promise<FaultProxy> {
    const { protocol, hostname, port } = new URL(url)
    const proxy = new FaultProxy(protocol, { host: hostname, port: Number(port) })
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening')
    return proxy
  }

  /** As the server's own, with the port of the proxy. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `${this.#scheme}//127.0.0.1:${port}`
  }

  /** Cuts all connections, as a cable does. */
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
    const server = connect(target.port, target.host)
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket.setNoDelay(true))
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    void this.#pass(client, server, false)
    void this.#pass(server, client, true)
  }

  async #pass(from: Socket, to: Socket, isReply: boolean): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (isReply) this.pieces++
        if (isReply && this.faults.repliesToLose > 0) {
          this.faults.repliesToLose--
          to.destroy()
          return
        }
        if (this.faults.latency > 0) await pause(this.faults.latency)
        while (this.faults.isFrozen && !to.destroyed) await pause(FREEZE_CHECK)
        await this.#write(to, chunk)
      }
      to.end()
    } catch {
      // One end is gone, and the other with it.
    }
  }

  async #write(to: Socket, chunk: Buffer): Promise<void> {
    for (let start = 0; start < chunk.length;) {
      const end = Math.min(start + this.faults.slice, chunk.length)
      if (!to.write(chunk.subarray(start, end))) await once(to, 'drain')
      // The kernel would join what is written in one turn.
      if (end < chunk.length) await pause(0)
      start = end
    }
  }
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
}

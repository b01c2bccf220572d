import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/**
 * Bounds the connections of a server that everyone in the cluster network can reach. A newcomer takes the place of
 * the oldest connection without a trusted certificate, so that a client that holds connections open cannot keep the
 * API server out.
 */
export class ConnectionQuota {
  readonly #limit: number
  readonly #connections = new Map<string, Socket>()
  /** Keys of the connections whose handshake proved an authority of the front proxy. */
  readonly #trusted = new Set<string>()

  constructor(server: Server, limit: number) {
    this.#limit = limit
    server.on('connection', (socket: Socket) => {
      this.#admit(socket)
    })
    server.on('secureConnection', (socket: TLSSocket) => {
      const key = keyOf(socket)
      if (socket.authorized && this.#connections.has(key)) this.#trusted.add(key)
    })
  }

  /** Those without a handshake are unknown to the HTTP server, and would keep it from closing. */
  destroyAll(): void {
    for (const socket of this.#connections.values()) socket.destroy()
  }

  #admit(socket: Socket): void {
    if (this.#connections.size >= this.#limit) {
      const oldest = [...this.#connections.keys()].find((key) => !this.#trusted.has(key))
      if (oldest === undefined) {
        socket.destroy()
        return
      }
      this.#connections.get(oldest)?.destroy()
      this.#remove(oldest)
    }
    const key = keyOf(socket)
    this.#connections.set(key, socket)
    socket.once('close', () => {
      if (this.#connections.get(key) === socket) this.#remove(key)
    })
  }

  #remove(key: string): void {
    this.#connections.delete(key)
    this.#trusted.delete(key)
  }
}

/** The same for a connection and for the TLS socket that takes it over. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

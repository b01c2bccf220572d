import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface TcpProxy extends AsyncDisposable {
  readonly url: string
  /** Connections so far. */
  readonly connections: number
  /** Pieces that came from the service so far. */
  readonly pieces: number
  /** Cuts all connections, as a cable does. */
  cut(): void
}

/**
 * Stands between a client and a service. The first `lostReplies` connections are cut when the reply
 * arrives: the service has done its work, and the client does not know.
 */
export async function startTcpProxy(target: string, lostReplies = 0): Promise<TcpProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let connections = 0
  let pieces = 0
  const server = createServer((client) => {
    const losesReply = connections++ < lostReplies
    const service = connect(Number(port), hostname)
    for (const [socket, other] of [
      [client, service],
      [service, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.pipe(service)
    service.on('data', () => pieces++)
    if (losesReply) service.once('data', () => client.destroy())
    else service.pipe(client)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections
    },
    get pieces() {
      return pieces
    },
    cut,
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}

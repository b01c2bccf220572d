import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface LocalServer extends AsyncDisposable {
  readonly port: number
  /** With the port, as in a URL. */
  readonly host: string
  /** Of plain HTTP. */
  readonly url: string
}

/** Lets a server of a test listen on a loopback port, until its disposal ends it along with its connections. */
export async function listenLocally(server: Server | TlsServer): Promise<LocalServer> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

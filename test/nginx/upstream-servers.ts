import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { listenLocally } from '../support/local-server.ts'

/** A server that answers each request, and keeps its connections. */
export async function startCountingServer() {
  const counts = { requests: 0, connections: 0 }
  const server = createHttpServer((incoming, response) => {
    counts.requests++
    incoming.resume().on('end', () => response.end('{}'))
  })
  server.on('connection', () => counts.connections++)
  const listening = await listenLocally(server)
  return {
    url: listening.url,
    get requests() {
      return counts.requests
    },
    get connections() {
      return counts.connections
    },
    [Symbol.asyncDispose]: async () => listening[Symbol.asyncDispose](),
  }
}

/** A server that breaks each connection once a request is there. */
export async function startBreakingServer() {
  let requests = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      requests++
      socket.destroy()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests
    },
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

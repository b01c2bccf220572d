import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Connections that the kernel keeps until they are accepted; it caps this at `somaxconn`, 4096 on current
 * kernels. */
const BACKLOG = 4096

/** How often a server that closes looks for connections that have become idle, in ms. */
const IDLE_CHECK = 50

/** Resolves with the address once connections are accepted. */
export async function listen(
  server: Server,
  address: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ ...address, backlog: BACKLOG }, resolve)
  await promise
  server.off('error', reject)
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('expected a bound TCP address')
  return bound
}

/** Closes the listener and waits for requests under way, at most `grace` ms. */
export async function closeServer(server: Server, grace: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => {
    resolve()
  })
  // `close` closes the connections that are idle at that moment; the others become idle one by one.
  const idleCheck = setInterval(() => {
    server.closeIdleConnections()
  }, IDLE_CHECK)
  const graceTimer = setTimeout(() => {
    server.closeAllConnections()
  }, grace)
  await promise
  clearInterval(idleCheck)
  clearTimeout(graceTimer)
}

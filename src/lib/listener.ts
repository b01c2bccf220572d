import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { canonicalAddress } from './ip-address.ts'

/** Connections that the kernel keeps until they are accepted; it caps this at `somaxconn`, 4096 on current
 * kernels. */
const BACKLOG = 4096

/** How often a server that closes looks for connections that have become idle, in ms. */
const IDLE_CHECK = 50

/** Codes of a bind on a machine without IPv6, whose kernel has no such sockets or no such address. */
const WITHOUT_IPV6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])

interface ListenAddress {
  readonly host: string
  readonly port: number
}

/**
 * Resolves with the address once connections are accepted. `::` accepts IPv4 as well, and stands for `0.0.0.0` on a
 * machine without IPv6.
 */
export async function listen(server: Server, address: ListenAddress): Promise<AddressInfo> {
  try {
    return await bind(server, address)
  } catch (error) {
    if (canonicalAddress(address.host) !== '::' || !isWithoutIPv6(error)) throw error
    return bind(server, { ...address, host: '0.0.0.0' })
  }
}

async function bind(server: Server, { host, port }: ListenAddress): Promise<AddressInfo> {
  server.listen({ host, port, backlog: BACKLOG })
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('expected a bound TCP address')
  // The service is asked for an IPv4-mapped address by the IPv4 address.
  return { ...bound, address: canonicalAddress(bound.address) ?? bound.address }
}

function isWithoutIPv6(error: unknown): boolean {
  return error instanceof Error && 'code' in error && WITHOUT_IPV6.has(String(error.code))
}

/** Closes the listener and waits for requests under way, at most `grace` ms. */
export async function closeServer(server: HttpServer, grace: number): Promise<void> {
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

import { buildConnector, Pool } from 'undici'
import type { Server } from './server.ts'

/** Longest time without an answer, in ms: the service holds a poll for 25 s by default. */
const LONGEST_WAIT = 60_000

/** Connections for polls, which all pollers of a server share. Polls are too few for a client of our own. */
export function createPollPool({ endpoint, sourceAddresses }: Server): Pool {
  const connect = buildConnector({ allowH2: false })
  return new Pool(`${endpoint.isTls ? 'https' : 'http'}://${endpoint.host}`, {
    headersTimeout: LONGEST_WAIT,
    bodyTimeout: LONGEST_WAIT,
    connect: (options, callback) => {
      const ip = endpoint.nextIp()
      const localAddress = sourceAddresses.take(ip)
      const source = { hostname: ip, servername: endpoint.name, localAddress: localAddress ?? null }
      connect({ ...options, ...source }, (...result) => {
        const [, socket] = result
        // The connector leaves out the socket of a failure, whatever its type says.
        if (socket) socket.once('close', () => sourceAddresses.release(localAddress))
        else sourceAddresses.release(localAddress)
        callback(...result)
      })
    },
  })
}

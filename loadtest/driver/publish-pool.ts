import { buildConnector, Pool } from 'undici'
import type { Endpoint } from './endpoint.ts'

/** Connections for publishes. More of them are queued here until one is free. The publisher limits how long each waits. */
export function createPublishPool(endpoint: Endpoint, connections: number): Pool {
  const connect = buildConnector({ allowH2: false })
  return new Pool(`${endpoint.isTls ? 'https' : 'http'}://${endpoint.host}`, {
    connections,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) => {
      connect({ ...options, hostname: endpoint.nextIp(), servername: endpoint.name }, callback)
    },
  })
}

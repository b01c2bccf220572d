import { buildConnector, Pool } from 'undici'
import type { Endpoint } from './endpoint.ts'

/** Longest wait for an answer in ms, after which the outcome of a publish is unknown. */
const LONGEST_WAIT = 30_000

/** Connections for publishes. More of them are queued here until one is free. */
export function createPublishPool(endpoint: Endpoint, connections: number): Pool {
  const connect = buildConnector({ allowH2: false })
  return new Pool(`${endpoint.isTls ? 'https' : 'http'}://${endpoint.host}`, {
    connections,
    headersTimeout: LONGEST_WAIT,
    bodyTimeout: LONGEST_WAIT,
    connect: (options, callback) => {
      connect({ ...options, hostname: endpoint.nextIp(), servername: endpoint.name }, callback)
    },
  })
}

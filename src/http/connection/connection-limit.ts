import type { Server } from 'node:http'
import type { Live } from '../../lib/live-value.ts'

/** Connections that may be open without a stream, poll or publish: idle ones, requests that are still coming
 * in, health checks, and clients that are being refused. */
const RESERVE = 256

/** Least time between two reports of dropped connections, in ms. */
const REPORT_INTERVAL = 60_000
/** Least time between two closings of idle connections, in ms. */
const CLOSE_IDLE_INTERVAL = 1_000

export interface ConnectionLimit {
  /** The limits from which the bound on connections is computed. */
  readonly limits: Live<{
    readonly maxStreams: number
    readonly maxPolls: number
    readonly maxPublishes: number
  }>
  /** Called about once a minute with the number of connections dropped since the last call. */
  readonly onDropped: (count: number) => void
}

/**
 * Bounds the connections of a server, since each takes memory before its first request. Node drops a
 * connection beyond the bound; idle connections are closed then, to make room for the next.
 */
export function limitConnections(server: Server, { limits, onDropped }: ConnectionLimit): void {
  // As a getter, so that a changed capacity file takes effect.
  Object.defineProperty(server, 'maxConnections', {
    get: () => {
      const { maxStreams, maxPolls, maxPublishes } = limits()
      return maxStreams + maxPolls + maxPublishes + RESERVE
    },
  })
  let dropped = 0
  let reportedAt = Number.NEGATIVE_INFINITY
  let closedIdleAt = Number.NEGATIVE_INFINITY
  server.on('drop', () => {
    dropped++
    const now = performance.now()
    if (now - closedIdleAt >= CLOSE_IDLE_INTERVAL) {
      closedIdleAt = now
      server.closeIdleConnections()
    }
    if (now - reportedAt < REPORT_INTERVAL) return
    reportedAt = now
    onDropped(dropped)
    dropped = 0
  })
}

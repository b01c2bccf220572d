import type { Server } from 'node:http'
import type { Live } from '../../lib/live.ts'

/** Connections that may be open without a stream, poll or publish: idle ones, requests that are on their
 * way, health checks, and whoever is being sent away. */
const RESERVE = 256

/** How often it is told, and room is made, at most, in ms. */
const TELL_INTERVAL = 60_000
const MAKE_ROOM_INTERVAL = 1_000

export interface ConnectionLimit {
  /** What this process takes on. */
  readonly limits: Live<{
    readonly maxStreams: number
    readonly maxPolls: number
    readonly maxPublishes: number
  }>
  /** Told how many connections were closed at once since it was told last, about once a minute. */
  readonly onDropped: (count: number) => void
}

/**
 * Bounds the connections of a server: each takes memory before it has asked for anything. One too many is
 * closed at once, and those that are idle make room for the next.
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
  let toldAt = Number.NEGATIVE_INFINITY
  let madeRoomAt = Number.NEGATIVE_INFINITY
  server.on('drop', () => {
    dropped++
    const now = performance.now()
    if (now - madeRoomAt >= MAKE_ROOM_INTERVAL) {
      madeRoomAt = now
      server.closeIdleConnections()
    }
    if (now - toldAt < TELL_INTERVAL) return
    toldAt = now
    onDropped(dropped)
    dropped = 0
  })
}

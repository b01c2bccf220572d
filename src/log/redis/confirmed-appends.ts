import type { Redis } from 'ioredis'
import { startConnecting } from '../../redis/connection.ts'
import type { Servers } from '../../redis/servers.ts'
import { ReplicaConfirmation } from './replica-confirmation.ts'
import type { Appended } from './parse-replies.ts'

/** The connection to one server on which appends are confirmed. */
export interface Lane {
  readonly redis: Redis
  /** Settled after the first attempt to connect. */
  readonly connected: Promise<void>
  readonly confirmation: ReplicaConfirmation
}

/** Says of an accepted append whether a replica has it as well. A failed wait leaves the events accepted. */
export async function confirm({ confirmation }: Lane, appended: Appended): Promise<Appended> {
  const { result, top } = appended
  if (result.kind !== 'accepted') return appended
  return { result: { ...result, isReplicated: await confirmation.join() }, top }
}

/**
 * Appends that are answered once a replica has them as well. WAIT covers the writes of its own connection
 * and blocks it meanwhile, so each server gets a connection for nothing else.
 */
export class ConfirmedAppends {
  readonly #servers: Servers
  readonly #lanes = new Map<string, Lane>()

  constructor(servers: Servers) {
    this.#servers = servers
  }

  laneTo(server: string): Lane {
    const known = this.#lanes.get(server)
    if (known !== undefined) return known
    this.#closeUnused()
    const redis = this.#servers.connectTo(server, 'commands')
    const confirmation = new ReplicaConfirmation(redis)
    const lane = { redis, connected: startConnecting(redis), confirmation }
    this.#lanes.set(server, lane)
    return lane
  }

  close(): void {
    for (const { redis } of this.#lanes.values()) redis.disconnect()
  }

  /** Without this, connections would retry for ever to reach a node that has left the cluster. */
  #closeUnused(): void {
    const names = this.#servers.names()
    for (const [server, { redis }] of this.#lanes) {
      if (names.includes(server)) continue
      this.#lanes.delete(server)
      redis.disconnect()
    }
  }
}

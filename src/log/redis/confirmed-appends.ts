import type { Redis } from 'ioredis'
import { startConnecting } from '../../redis/connection.ts'
import type { Servers } from '../../redis/servers.ts'
import { ReplicaConfirmation } from './replica-confirmation.ts'
import type { Appended } from './parse-replies.ts'

interface Lane {
  readonly redis: Redis
  /** Settled after the first attempt to connect. */
  readonly connected: Promise<void>
  readonly confirmation: ReplicaConfirmation
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

  /** Rejects with the errors of the append only: a failed wait leaves the events accepted. */
  async run(
    server: string,
    append: (to: Pick<Servers, 'commands'>) => Promise<Appended>,
  ): Promise<Appended> {
    const { redis, connected, confirmation } = this.#laneTo(server)
    await connected
    const { result, top } = await append({ commands: redis })
    if (result.kind !== 'accepted') return { result, top }
    return { result: { ...result, isReplicated: await confirmation.join() }, top }
  }

  close(): void {
    for (const { redis } of this.#lanes.values()) redis.disconnect()
  }

  #laneTo(server: string): Lane {
    const known = this.#lanes.get(server)
    if (known !== undefined) return known
    this.#closeUnused()
    const redis = this.#servers.connectTo(server, 'commands')
    const confirmation = new ReplicaConfirmation(redis)
    const lane = { redis, connected: startConnecting(redis), confirmation }
    this.#lanes.set(server, lane)
    return lane
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

import { findProgram } from '../../rig/servers/find-program.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { waitFor } from '../../rig/wait-for.ts'

/** Milliseconds that the sentinels may take to promote a replica. */
const FAIL_OVER_TIME = 30_000

/** A Redis whose primary may fail over, or a single one. */
export interface LocalRedis extends AsyncDisposable {
  readonly url: string
  readonly version: string
  /** Their hosts and ports, where it may fail over. */
  readonly sentinels: readonly string[]
  /** Kills the primary, and resolves when a replica is promoted. Undefined where there is none. */
  readonly failOver: (() => Promise<void>) | undefined
}

export async function startLocalRedis({
  canFailOver,
}: {
  readonly canFailOver: boolean
}): Promise<LocalRedis> {
  findProgram('redis-server')
  return canFailOver ? startSentinels() : startSingle()
}

async function startSingle(): Promise<LocalRedis> {
  const server = await RedisServer.start()
  return {
    url: server.url,
    version: await server.info('redis_version'),
    sentinels: [],
    failOver: undefined,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
    },
  }
}

async function startSentinels(): Promise<LocalRedis> {
  const sentinels = await Sentinels.start()
  return {
    url: sentinels.url,
    version: await sentinels.servers[0]!.info('redis_version'),
    sentinels: sentinels.sentinels.map(({ port }) => `127.0.0.1:${port}`),
    async failOver() {
      const killed = await sentinels.primary()
      await killed.kill()
      await waitFor('a new primary', FAIL_OVER_TIME, async () => {
        if ((await sentinels.primary()) === killed) throw new Error('it is still the killed one')
      })
      // As a replica, so that the next fail-over has two to choose from again.
      await killed.restart()
    },
    async [Symbol.asyncDispose]() {
      await sentinels[Symbol.asyncDispose]()
    },
  }
}

import { parseRedisUrl } from '../../../src/lib/redis-url.ts'
import { RedisLog, type RedisLogBounds } from '../../../src/log/redis/redis-log.ts'
import { Refusals } from '../../../src/redis/refusals.ts'
import { openServers, type Servers } from '../../../src/redis/servers.ts'

const WIDE: RedisLogBounds = {
  historyEvents: 100_000,
  historyAge: 3_600_000,
  historyBytes: 64 * 1024 ** 2,
  maxKeys: 10_000,
  publishAck: 'primary',
}

export interface OpenRedisLog extends AsyncDisposable {
  readonly log: RedisLog
  readonly servers: Servers
  /** Why the log was away, each time it was. */
  readonly away: readonly string[]
  /** What the servers refused. */
  readonly refused: readonly string[]
  /** What it was told to mend. */
  readonly warnings: readonly string[]
}

/** Opens the log as a process does. Bounds that are not named are out of the way. */
export async function openRedisLog(
  url: string,
  { authorities, ...bounds }: Partial<RedisLogBounds> & { readonly authorities?: string } = {},
): Promise<OpenRedisLog> {
  const servers = openServers({ url: parseRedisUrl(url)!, authorities })
  const away: string[] = []
  const refused: string[] = []
  const warnings: string[] = []
  const observer = {
    away: (reason: string) => away.push(reason),
    back: () => {},
    warn: (warning: string) => warnings.push(warning),
  }
  try {
    await servers.start()
    const refusals = new Refusals((reason) => refused.push(reason))
    const log = await RedisLog.open({ ...WIDE, ...bounds }, servers, refusals, observer)
    return {
      log,
      servers,
      away,
      refused,
      warnings,
      async [Symbol.asyncDispose]() {
        await log.close()
        servers.close()
      },
    }
  } catch (error) {
    servers.close()
    throw error
  }
}

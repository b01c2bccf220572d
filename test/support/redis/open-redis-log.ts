import { parseRedisUrl } from '../../../src/lib/redis-url.ts'
import { RedisLog, type RedisLogBounds } from '../../../src/log/redis/redis-log.ts'
import type { TroubleListener } from '../../../src/redis/incident.ts'
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
  /** All that was told, as `<phase> <scope> <code>`. */
  readonly told: readonly string[]
  /** What was told to be in the way of the log as a whole, when it began. */
  readonly away: readonly string[]
  /** What the servers were told to refuse, when it began. */
  readonly refused: readonly string[]
  /** What it was told to mend. */
  readonly warnings: readonly string[]
}

interface Options extends Partial<RedisLogBounds> {
  readonly authorities?: string
  /** Ms after which what lasts is told again. */
  readonly interval?: number
}

/** Opens the log as a process does. Bounds that are not named are out of the way. */
export async function openRedisLog(
  url: string,
  { authorities, interval, ...bounds }: Options = {},
): Promise<OpenRedisLog> {
  const servers = openServers({ url: parseRedisUrl(url)!, authorities })
  const told: string[] = []
  const away: string[] = []
  const refused: string[] = []
  const warnings: string[] = []
  const onTrouble: TroubleListener = (phase, { scope, code, detail }) => {
    told.push(`${phase} ${scope} ${code}`)
    if (phase === 'begins') (scope === 'log' ? away : refused).push(detail)
  }
  const observer = { onTrouble, onWarning: (warning: string) => warnings.push(warning) }
  try {
    await servers.start()
    const refusals = new Refusals(onTrouble, interval)
    const log = await RedisLog.open(() => ({ ...WIDE, ...bounds }), servers, refusals, observer)
    return {
      log,
      servers,
      told,
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

import { FLEET_COMMANDS } from '../../../src/capacity/redis/fleet-scripts.ts'
import type { RedisLogBounds } from '../../../src/log/redis/redis-log-bounds.ts'
import { RedisLog } from '../../../src/log/redis/redis-log.ts'
import type { TracedCommand } from '../../../src/log/redis/traced-command.ts'
import type { TroubleListener } from '../../../src/redis/incident.ts'
import { Refusals } from '../../../src/redis/refusals.ts'
import { openServers } from '../../../src/redis/open-servers.ts'
import type { Servers } from '../../../src/redis/servers.ts'
import { redisAccess, type AccessOptions } from './redis-access.ts'

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
  /** All reports, as `<phase> <scope> <code>`. */
  readonly told: readonly string[]
  /** Reports of troubles of the whole log, at their beginning. */
  readonly away: readonly string[]
  /** Reports of refusals, at their beginning. */
  readonly refused: readonly string[]
  /** The reported mends. */
  readonly warnings: readonly string[]
  readonly commands: readonly TracedCommand[]
}

interface Options extends Partial<RedisLogBounds> {
  readonly access?: AccessOptions
  /** Milliseconds after which a lasting trouble is reported again. */
  readonly interval?: number
}

/** Opens the log as a process does. Bounds that are not given are very large. */
export async function openRedisLog(
  url: string,
  { access, interval, ...bounds }: Options = {},
): Promise<OpenRedisLog> {
  const told: string[] = []
  const away: string[] = []
  const refused: string[] = []
  const warnings: string[] = []
  const servers = openServers(redisAccess(url, access, (warning) => warnings.push(warning)))
  const commands: TracedCommand[] = []
  const onTrouble: TroubleListener = (phase, { scope, code, detail }) => {
    told.push(`${phase} ${scope} ${code}`)
    if (phase === 'begins') (scope === 'log' ? away : refused).push(detail)
  }
  const observer = {
    onTrouble,
    onWarning: (warning: string) => warnings.push(warning),
    onTracedCommand: (command: TracedCommand) => commands.push(command),
  }
  try {
    await servers.start()
    const refusals = new Refusals(onTrouble, interval)
    const log = await RedisLog.open(
      () => ({ ...WIDE, ...bounds }),
      servers,
      refusals,
      observer,
      FLEET_COMMANDS,
    )
    return {
      log,
      servers,
      told,
      away,
      refused,
      warnings,
      commands,
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

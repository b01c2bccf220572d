import type { Fleet } from '../capacity/fleet.ts'
import { LocalFleet } from '../capacity/local-fleet.ts'
import type { Loaded } from '../config/load.ts'
import type { SERVE_TABLE, ServeConfig } from '../config/serve/serve-table.ts'
import type { Live } from '../lib/live-value.ts'
import type { EventLog } from '../log/event-log.ts'
import { MemoryLog } from '../log/memory/memory-log.ts'
import type { TracedCommandListener } from '../log/redis/traced-command.ts'
import type { RedisAccess } from '../redis/connection-options.ts'
import type { ConnectionState } from '../redis/connection-states.ts'
import type { Logger } from '../telemetry/logger.ts'
import { writeTroubleLines } from './trouble-lines.ts'

type LogSettings = Pick<
  ServeConfig,
  | 'historyEvents'
  | 'historyAge'
  | 'historyBytes'
  | 'logBytes'
  | 'maxChannels'
  | 'maxKeys'
  | 'publishAck'
>

interface LogOptions {
  /** Called for each append of traced events that is sent to Redis. */
  readonly onTracedCommand?: TracedCommandListener | undefined
}

/** The state that the pods of a fleet share. */
export interface LogAndFleet {
  readonly log: EventLog
  readonly fleet: Fleet
  /** The connections to Redis as they are now, one state for each role; absent where the log is in memory. */
  readonly connections?: () => readonly ConnectionState[]
  close(): Promise<void>
}

/** Rejects with a message for people if Redis answers but is not fit to hold a log. */
export async function openLogAndFleet(
  { config, files }: Loaded<typeof SERVE_TABLE>,
  settings: Live<LogSettings>,
  logger: Logger,
  options: LogOptions = {},
): Promise<LogAndFleet> {
  const { redisUrl: url } = config
  const authorities = files.get('REDIS_CA_FILE')
  if (url !== undefined) return openRedis({ url, authorities }, settings, logger, options)
  const log = new MemoryLog(settings)
  return { log, fleet: new LocalFleet(), close: async () => log.close() }
}

async function openRedis(
  access: RedisAccess,
  settings: Live<LogSettings>,
  logger: Logger,
  { onTracedCommand }: LogOptions,
): Promise<LogAndFleet> {
  // Loaded here, so that a service with a memory log does not load the Redis modules.
  const [{ openServers }, { Refusals }, { RedisLog }, { RedisFleet }] = await Promise.all([
    import('../redis/servers.ts'),
    import('../redis/refusals.ts'),
    import('../log/redis/redis-log.ts'),
    import('../capacity/redis/redis-fleet.ts'),
  ])
  const servers = openServers(access)
  const onTrouble = writeTroubleLines(logger)
  const refusals = new Refusals(onTrouble)
  const observer = {
    onTrouble,
    onWarning: (warning: string) => {
      logger.warn(warning)
    },
    onTracedCommand,
  }
  try {
    await servers.start()
    const log = await RedisLog.open(settings, servers, refusals, observer)
    const fleet = new RedisFleet(servers, refusals)
    return {
      log,
      fleet,
      connections: () => servers.connections,
      close: async () => {
        await fleet.close()
        await log.close()
        servers.close()
      },
    }
  } catch (error) {
    servers.close()
    throw error
  }
}

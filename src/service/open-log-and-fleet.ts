import type { Fleet } from '../capacity/fleet.ts'
import { LocalFleet } from '../capacity/local-fleet.ts'
import type { Loaded } from '../config/load.ts'
import type { SERVE_TABLE, ServeConfig } from '../config/serve/serve-table.ts'
import type { Live } from '../lib/live-value.ts'
import type { EventLog } from '../log/event-log.ts'
import { MemoryLog } from '../log/memory/memory-log.ts'
import type { TracedCommandListener } from '../log/redis/traced-command.ts'
import type { ConnectionState } from '../redis/connection-states.ts'
import type { CredentialSources } from '../redis/credentials.ts'
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
  { config }: Loaded<typeof SERVE_TABLE>,
  settings: Live<LogSettings>,
  logger: Logger,
  options: LogOptions = {},
): Promise<LogAndFleet> {
  const sources = redisSources(config)
  if (sources !== undefined) return openRedis(sources, settings, logger, options)
  const log = new MemoryLog(settings)
  log.start()
  return { log, fleet: new LocalFleet(), close: async () => log.close() }
}

interface RedisSources extends CredentialSources {
  readonly prefix: string
}

/** Undefined where the log is in memory. */
function redisSources(config: ServeConfig): RedisSources | undefined {
  const { redisUrl: url } = config
  if (url === undefined) return undefined
  return {
    url,
    prefix: config.redisPrefix,
    username: config.redisUsername,
    passwordFile: config.redisPasswordFile,
    caFile: config.redisCaFile,
    certFile: config.redisCertFile,
    keyFile: config.redisKeyFile,
  }
}

async function openRedis(
  sources: RedisSources,
  settings: Live<LogSettings>,
  logger: Logger,
  { onTracedCommand }: LogOptions,
): Promise<LogAndFleet> {
  // Loaded here, so that a service with a memory log does not load the Redis modules.
  const [
    { Credentials },
    { openServers },
    { Refusals },
    { RedisLog },
    { RedisFleet },
    { FLEET_COMMANDS },
  ] = await Promise.all([
    import('../redis/credentials.ts'),
    import('../redis/open-servers.ts'),
    import('../redis/refusals.ts'),
    import('../log/redis/redis-log.ts'),
    import('../capacity/redis/redis-fleet.ts'),
    import('../capacity/redis/fleet-scripts.ts'),
  ])
  const onWarning = (warning: string) => {
    logger.warn(warning)
  }
  const { url, prefix } = sources
  const credentials = new Credentials(sources, onWarning)
  credentials.load()
  const servers = openServers({ url, prefix, credentials })
  const onTrouble = writeTroubleLines(logger)
  const refusals = new Refusals(onTrouble)
  const observer = { onTrouble, onWarning, onTracedCommand }
  try {
    await servers.start()
    const log = await RedisLog.open(settings, servers, refusals, observer, FLEET_COMMANDS)
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

import type { Config } from '../config/config.ts'
import type { EventLog } from '../log/event-log.ts'
import { MemoryLog } from '../log/memory/memory-log.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Read at every use, so that a changed capacity file takes effect. */
type LogSettings = Pick<
  Config,
  'historyEvents' | 'historyAge' | 'historyBytes' | 'logBytes' | 'maxChannels' | 'maxKeys'
>

/** The log that the settings name. Rejects with a sentence if Redis is there and may not hold one. */
export async function openLog(
  { redisUrl, redisCaFile }: Config,
  settings: LogSettings,
  logger: Logger,
): Promise<EventLog> {
  if (redisUrl === undefined) return new MemoryLog(settings)
  // Loaded only by those who use it.
  const { RedisLog } = await import('../log/redis/redis-log.ts')
  return RedisLog.open(
    settings,
    { url: redisUrl, caFile: redisCaFile },
    {
      away: (reason) => {
        logger.warn({ reason }, 'the log is away')
      },
      back: () => {
        logger.info('the log is back')
      },
    },
  )
}

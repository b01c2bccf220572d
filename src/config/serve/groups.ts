import { LOGGING } from '../shared/logging.ts'
import { REDIS } from '../shared/redis.ts'
import { ACCESS } from './access.ts'
import { CAPACITY } from './capacity.ts'
import { HISTORY } from './history.ts'
import { LISTENERS } from './listeners.ts'
import { REDIS_LOG } from './redis-log.ts'
import { REQUESTS } from './requests.ts'
import { STREAMS } from './streams.ts'
import { TELEMETRY } from './telemetry.ts'

/** By title, in the order of help and docs. */
export const SERVE_GROUPS = {
  Listeners: LISTENERS,
  Access: ACCESS,
  Capacity: CAPACITY,
  Streams: STREAMS,
  History: HISTORY,
  Redis: { ...REDIS, ...REDIS_LOG },
  Requests: REQUESTS,
  Telemetry: TELEMETRY,
  Operation: LOGGING,
} as const

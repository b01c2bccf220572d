import { BACKLOG } from './backlog.ts'
import { FLUSH_INTERVAL } from './flush-interval.ts'
import { HEALTH_UNDER_LOAD } from './health-under-load.ts'
import { IDLE_STREAMS } from './idle-streams.ts'
import { PRIVATE_CHANNELS, ROOM_CHANNELS } from './many-channels.ts'
import { OPENING } from './opening.ts'
import { PACED_FAN_OUT } from './paced-fan-out.ts'
import { PUBLISH_COST } from './publish-cost.ts'
import { RECONNECT_STORM } from './reconnect-storm.ts'
import { REDIS_FLEET } from './redis-fleet.ts'
import type { Row } from './row.ts'
import { SATURATED_FAN_OUT } from './saturated-fan-out.ts'

/** In the order of the table. */
export const ALL_ROWS: readonly Row[] = [
  PACED_FAN_OUT,
  SATURATED_FAN_OUT,
  PUBLISH_COST,
  PRIVATE_CHANNELS,
  ROOM_CHANNELS,
  IDLE_STREAMS,
  OPENING,
  RECONNECT_STORM,
  BACKLOG,
  HEALTH_UNDER_LOAD,
  REDIS_FLEET,
  FLUSH_INTERVAL,
]

import { ANSWERS } from './faults/answers.ts'
import { CAPACITY } from './faults/capacity.ts'
import { CONFIG } from './faults/config.ts'
import { HTTP } from './faults/http.ts'
import { HUB } from './faults/hub.ts'
import { LOG } from './faults/log.ts'
import { LOG_REDIS } from './faults/log-redis.ts'
import { REDIS } from './faults/redis.ts'
import { REDIS_COMMANDS } from './faults/redis-commands.ts'
import { REDIS_FOLLOWERS } from './faults/redis-followers.ts'
import { STREAM_OPENINGS } from './faults/stream-openings.ts'
import { TAILS } from './faults/tails.ts'
import { TELEMETRY } from './faults/telemetry.ts'
import type { Room } from './fault.ts'

/** The rooms of the code, with the tests that stand for each. */
export const ROOMS: Readonly<Record<string, Room>> = {
  capacity: { tests: ['src/capacity/', 'test/capacity/', 'test/access/'], faults: CAPACITY },
  config: { tests: ['src/config/', 'test/settings/', 'src/cli/'], faults: CONFIG },
  http: {
    tests: ['src/http/', 'test/connections/', 'test/stream/', 'test/poll/', 'test/problems/'],
    faults: [...HTTP, ...STREAM_OPENINGS, ...ANSWERS],
  },
  hub: { tests: ['src/hub/', 'test/stream/', 'test/poll/'], faults: [...HUB, ...TAILS] },
  redis: { tests: ['src/redis/', 'src/log/redis/', 'test/log/'], faults: REDIS },
  log: { tests: ['src/log/memory/', 'src/log/history.test.ts'], faults: LOG },
  'log-redis': {
    tests: ['src/log/redis/', 'test/log/'],
    faults: [...LOG_REDIS, ...REDIS_FOLLOWERS, ...REDIS_COMMANDS],
  },
  telemetry: {
    tests: [
      'src/telemetry/',
      'test/commands/slow-log-reader.test.ts',
      'test/commands/last-lines.test.ts',
    ],
    faults: TELEMETRY,
  },
}

export function testsOfRoom(room: string): readonly string[] {
  return ROOMS[room]?.tests ?? []
}

import { CAPACITY } from './faults/capacity.ts'
import { CONFIG } from './faults/config.ts'
import { HTTP } from './faults/http.ts'
import { HUB } from './faults/hub.ts'
import { LOG } from './faults/log.ts'
import { LOG_REDIS } from './faults/log-redis.ts'
import { REDIS } from './faults/redis.ts'
import type { Room } from './fault.ts'

/** The rooms of the code, with the tests that stand for each. */
export const ROOMS: Readonly<Record<string, Room>> = {
  capacity: { tests: ['src/capacity/', 'test/capacity/', 'test/access/'], faults: CAPACITY },
  config: { tests: ['src/config/', 'test/settings/', 'src/cli/'], faults: CONFIG },
  http: {
    tests: ['src/http/', 'test/connections/', 'test/stream/', 'test/poll/', 'test/problems/'],
    faults: HTTP,
  },
  hub: { tests: ['src/hub/', 'test/stream/', 'test/poll/'], faults: HUB },
  redis: { tests: ['src/redis/', 'src/log/redis/', 'test/log/'], faults: REDIS },
  log: { tests: ['src/log/memory/', 'src/log/history.test.ts'], faults: LOG },
  'log-redis': { tests: ['src/log/redis/', 'test/log/'], faults: LOG_REDIS },
}

export function testsOfRoom(room: string): readonly string[] {
  return ROOMS[room]?.tests ?? []
}

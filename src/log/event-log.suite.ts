import { describe } from 'vitest'
import { testAppends } from './suite/append.suite.ts'
import { testFollowing } from './suite/follow.suite.ts'
import { testKeys } from './suite/key.suite.ts'
import type { OpenLog } from './suite/helpers.suite.ts'
import { testLiveness } from './suite/live.suite.ts'
import { testReads } from './suite/read.suite.ts'
import { testStatus } from './suite/status.suite.ts'
import { testWatching } from './suite/watch.suite.ts'

/**
 * The promises of `EventLog`, by their numbers there; every adapter runs it. Each adapter tests promise 9
 * itself, since the port does not show its memory.
 */
export function describeEventLog(name: string, open: OpenLog): void {
  describe(`${name} keeps`, () => {
    testAppends(open)
    testReads(open)
    testKeys(open)
    testFollowing(open)
    testWatching(open)
    testLiveness(open)
    testStatus(open)
  })
}

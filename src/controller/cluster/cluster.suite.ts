import { describe } from 'vitest'
import { testApply } from './suite/apply.suite.ts'
import { testStatus } from './suite/status.suite.ts'
import type { OpenCluster } from './suite/helpers.suite.ts'
import { testReads } from './suite/read.suite.ts'
import { testWatches } from './suite/watch.suite.ts'
import { testWrites } from './suite/write.suite.ts'

/** The promises of `Cluster`, by their numbers there; every adapter runs it. */
export function describeCluster(name: string, open: OpenCluster): void {
  describe(`${name} keeps`, () => {
    testReads(open)
    testWatches(open)
    testWrites(open)
    testApply(open)
    testStatus(open)
  })
}

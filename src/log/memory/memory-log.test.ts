import { describeEventLog } from '../event-log.suite.ts'
import { MemoryLog } from './memory-log.ts'

describeEventLog('the memory log', async (bounds) => {
  const log = new MemoryLog(() => ({
    historyEvents: 100_000,
    historyAge: 3_600_000,
    historyBytes: 64 * 1024 ** 2,
    logBytes: 1024 ** 3,
    maxChannels: 100_000,
    ...bounds,
  }))
  log.start()
  return {
    log,
    peer: log,
    [Symbol.asyncDispose]: async () => log.close(),
  }
})

import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { SERVED_TO_THE_END } from './thresholds.ts'

/** Without a primary no publish can be confirmed, by design: 20 a second, for as long as the worst pause may be. */
const WITHOUT_PRIMARY = 20 * 30

export const redisFailOver: Scenario = {
  name: 'redis-fail-over',
  story:
    'The primary of Redis dies, and its sentinels promote a replica, which may lack the last events. Publishes wait for a replica (`--publish-ack replicated`), so that no event which was confirmed may be lost. Streams stay open.',
  needs: ['redis-fail-over'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: {
    ...SERVED_TO_THE_END,
    announced: 0,
    connectFailures: 0,
    unknownPublishes: WITHOUT_PRIMARY,
    worstPause: 30_000,
  },
  async run(test) {
    await publishThrough(test, 'redis-fail-over')
  },
}

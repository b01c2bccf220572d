import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { DELIVERED_ONCE } from './thresholds.ts'

export const redisFailOver: Scenario = {
  name: 'redis-fail-over',
  story:
    'The primary of Redis dies, and its sentinels promote a replica, which may lack the last events. Publishes wait for a replica (`--publish-ack replicated`), so that no event which was confirmed may be lost. Streams stay open.',
  needs: ['redis-fail-over'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: { ...DELIVERED_ONCE, announced: 0, worstPause: 30_000 },
  async run(test) {
    await publishThrough(test, 'redis-fail-over')
  },
}

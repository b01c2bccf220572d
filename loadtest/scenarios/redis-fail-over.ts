import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { ALL_TAKEN, SERVED_TO_THE_END } from './thresholds.ts'

/** Seconds until a replica serves in place of the primary. Without one no publish can be confirmed, by design. */
const WITHOUT_PRIMARY = 30

export const redisFailOver: Scenario = {
  name: 'redis-fail-over',
  story:
    'The primary of Redis dies, and its sentinels promote a replica, which may lack the last events. Publishes wait for a replica (`--publish-ack replicated`), so that no event which was confirmed may be lost. Streams stay open.',
  needs: ['redis-fail-over'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: ({ rate }) => ({
    ...SERVED_TO_THE_END,
    ...ALL_TAKEN,
    announced: 0,
    unknownPublishes: Math.ceil(rate * WITHOUT_PRIMARY),
    worstPause: WITHOUT_PRIMARY * 1_000,
  }),
  async run(test) {
    await publishThrough(test, 'redis-fail-over')
  },
}

import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { SERVED_TO_THE_END } from './thresholds.ts'

export const rollout: Scenario = {
  name: 'rollout',
  story:
    'All pods are replaced under traffic, as an update does. Each pod tells its subscribers to move before it ends, and they resume elsewhere: nothing may be lost, and nobody may see an error.',
  needs: ['rollout'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: {
    ...SERVED_TO_THE_END,
    announced: 0,
    connectFailures: 0,
    unknownPublishes: 0,
    worstPause: 5_000,
  },
  async run(test) {
    await publishThrough(test, 'rollout')
  },
}

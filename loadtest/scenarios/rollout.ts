import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { ALL_TAKEN, SERVED_TO_THE_END } from './thresholds.ts'

/** Each of so many drains. It sends on the newcomers that it gets until the proxy has heard of it: all of them, at most. */
const PODS = 3

export const rollout: Scenario = {
  name: 'rollout',
  story:
    'All pods are replaced under traffic, as an update does. Each pod tells its subscribers to move before it ends, and they resume elsewhere: nothing may be lost, and nobody may see an error.',
  needs: ['rollout'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: ({ subscribers }) => ({
    ...SERVED_TO_THE_END,
    ...ALL_TAKEN,
    announced: 0,
    cuts: 0,
    refusals: PODS * subscribers,
    worstPause: 5_000,
  }),
  async run(test) {
    await publishThrough(test, 'rollout')
  },
}

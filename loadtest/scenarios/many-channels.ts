import type { Scenario } from './scenario.ts'
import { SERVED_TO_THE_END, ALL_TAKEN } from './thresholds.ts'

export const manyChannels: Scenario = {
  name: 'many-channels',
  story:
    'A thousand channels with one subscriber each, as where every user has a channel of their own. It shows ' +
    'whether an event costs more the more channels there are.',
  needs: [],
  defaults: { subscribers: 1_000, channels: 1_000, rate: 500, seconds: 60, bytes: 128 },
  thresholds: {
    ...SERVED_TO_THE_END,
    ...ALL_TAKEN,
    announced: 0,
    drains: 0,
    expiries: 0,
    deliveryP99: 250,
  },
  async run(test) {
    await test.phase('connect', async () => test.subscribe())
    await test.phase('publish', async () => test.publish())
  },
}

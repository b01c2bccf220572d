import type { Scenario } from './scenario.ts'

export const manyChannels: Scenario = {
  name: 'many-channels',
  story:
    'A thousand channels with one subscriber each, as where every user has a channel of their own. It shows ' +
    'whether an event costs more the more channels there are.',
  needs: [],
  defaults: { subscribers: 1_000, channels: 1_000, rate: 500, seconds: 60, bytes: 128 },
  thresholds: {
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    announced: 0,
    refusals: 0,
    deadEnds: 0,
    connectFailures: 0,
    refusedPublishes: 0,
    unknownPublishes: 0,
    silentAtEnd: 0,
    deliveryP99: 250,
  },
  async run(test) {
    await test.phase('connect', async () => test.subscribe())
    await test.phase('publish', async () => test.publish())
  },
}

import type { Scenario } from './scenario.ts'

/** Events of each channel's history: what a server keeps by default. */
const HISTORY = 1_000

export const replay: Scenario = {
  name: 'replay',
  story:
    'Each channel has a history of a thousand events, and every subscriber asks for all of it. It shows how ' +
    'fast a server replays, and whether events that come meanwhile follow without a hole.',
  needs: [],
  defaults: { subscribers: 500, channels: 1, rate: 5, seconds: 20, bytes: 200 },
  thresholds: {
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    refusals: 0,
    deadEnds: 0,
    connectFailures: 0,
    refusedPublishes: 0,
    unknownPublishes: 0,
    silentAtEnd: 0,
    firstEventP99: 10_000,
  },
  async run(test) {
    await test.phase('fill', async () => test.publishAtOnce(HISTORY))
    await test.phase('replay', async () =>
      test.publishWhile(async () => {
        await test.subscribe({ from: 'earliest' })
      }),
    )
    await test.phase('live', async () => test.publish())
  },
}

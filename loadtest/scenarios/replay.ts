import type { Scenario } from './scenario.ts'
import { SERVED_TO_THE_END, ALL_TAKEN } from './thresholds.ts'

/**
 * Events that each channel has at first. A server keeps 1,000 by default, so that none of them is trimmed by those that
 * come during the replay, unless they are large.
 */
const BACKLOG = 800

export const replay: Scenario = {
  name: 'replay',
  story:
    'Each channel has a history of 800 events, if the server keeps so many, and every subscriber asks for all of it. It ' +
    'shows how fast a server replays, and whether events that come meanwhile follow without a hole.',
  needs: [],
  defaults: { subscribers: 500, channels: 1, rate: 5, seconds: 20, bytes: 200 },
  thresholds: {
    ...SERVED_TO_THE_END,
    ...ALL_TAKEN,
    announced: 0,
    notReplayed: 0,
    caughtUpP99: 10_000,
  },
  async run(test) {
    await test.phase('fill', async () => test.publishAtOnce(BACKLOG))
    await test.phase('replay', async () =>
      test.publishWhile(async () => {
        await test.subscribe({ from: 'earliest', history: BACKLOG })
      }),
    )
    await test.phase('live', async () => test.publish())
  },
}

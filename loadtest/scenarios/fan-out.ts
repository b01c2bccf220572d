import type { Scenario } from './scenario.ts'
import { SERVED_TO_THE_END, ALL_TAKEN } from './thresholds.ts'

/** The rest have a stream: what a browser does, by default. */
const POLLING = 0.05
const SWITCHING = 0.05

/** Its thresholds depend on no amounts: the script for k6 takes them as they are. */
export const fanOut = {
  name: 'fan-out',
  story:
    'Every subscriber gets every event: most by a stream, one in twenty by polling, and one in twenty ' +
    'switches between the two. It shows how late events come under a steady load, and that none is lost.',
  needs: [],
  leastSubscribers: 3,
  defaults: { subscribers: 1_000, channels: 1, rate: 20, seconds: 60, bytes: 128 },
  thresholds: {
    ...SERVED_TO_THE_END,
    ...ALL_TAKEN,
    announced: 0,
    drains: 0,
    expiries: 0,
    deliveryP99: 500,
  },
  async run(test) {
    const { subscribers } = test.amounts
    const polling = Math.max(1, Math.floor(subscribers * POLLING))
    const switching = Math.max(1, Math.floor(subscribers * SWITCHING))
    await test.phase('connect', async () => {
      await test.subscribe({ count: subscribers - polling - switching })
      await test.subscribe({ count: polling, kind: 'poll' })
      await test.subscribe({ count: switching, kind: 'switching' })
    })
    await test.phase('publish', async () => test.publish())
  },
} satisfies Scenario

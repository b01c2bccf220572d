import type { Scenario } from './scenario.ts'
import { ALL_TAKEN, SERVED_TO_THE_END } from './thresholds.ts'

/**
 * Events over all channels, while nobody listens: half of the history that a server keeps of one by default, and few
 * enough to be there before the first subscriber comes back.
 */
const BACKLOG = 500

/** Seconds in which all have to be back: `retry` is some 3 s, and then each gets the backlog. */
const PATIENCE = 90

export const reconnectStorm: Scenario = {
  name: 'reconnect-storm',
  story:
    'All streams are cut at once, as by a proxy that restarts, and 500 events are published while they are away, or one ' +
    'for each channel where there are more. Then everybody comes back for them. It shows how long the outage is, how ' +
    'long the backlog takes, and that it arrives whole.',
  needs: [],
  defaults: { subscribers: 1_000, channels: 1, rate: 5, seconds: 10, bytes: 200 },
  thresholds: {
    ...SERVED_TO_THE_END,
    ...ALL_TAKEN,
    announced: 0,
    outageP99: 30_000,
    caughtUpP99: 20_000,
  },
  async run(test) {
    const { subscribers, channels } = test.amounts
    await test.phase('connect', async () => test.subscribe())
    await test.phase('before', async () => test.publish())
    await test.phase('storm', async () => {
      await test.cut(1)
      await test.publishAtOnce(Math.ceil(BACKLOG / channels))
      await test.until('all subscribers back', ({ open }) => open >= subscribers, PATIENCE)
    })
    await test.phase('after', async () => test.publish())
  },
}

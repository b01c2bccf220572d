import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { ALL_TAKEN, SERVED_TO_THE_END } from './thresholds.ts'

/** One of so many dies. */
const PODS = 3
/** Seconds until nothing leads to its address any more. Publishes that are sent there until then have no answer. */
const UNTIL_GONE = 3

export const podKill: Scenario = {
  name: 'pod-kill',
  story:
    'One pod of three dies without a warning. Its subscribers lose their connection, and resume on the others: nothing may be lost.',
  needs: ['pod-kill'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: ({ rate }) => ({
    ...SERVED_TO_THE_END,
    ...ALL_TAKEN,
    announced: 0,
    unknownPublishes: Math.ceil((rate / PODS) * UNTIL_GONE),
    worstPause: 10_000,
  }),
  async run(test) {
    await publishThrough(test, 'pod-kill')
  },
}

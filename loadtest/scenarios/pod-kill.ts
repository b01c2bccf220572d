import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { SERVED_TO_THE_END } from './thresholds.ts'

/**
 * Publishes that the pod took and did not answer, and those that are sent to its address until nothing leads there any
 * more: a third of 20 a second, for three seconds.
 */
const UNANSWERED = 20

export const podKill: Scenario = {
  name: 'pod-kill',
  story:
    'One pod of three dies without a warning. Its subscribers lose their connection, and resume on the others: nothing may be lost.',
  needs: ['pod-kill'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: {
    ...SERVED_TO_THE_END,
    announced: 0,
    connectFailures: 0,
    unknownPublishes: UNANSWERED,
    worstPause: 10_000,
  },
  async run(test) {
    await publishThrough(test, 'pod-kill')
  },
}

import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { DELIVERED_ONCE } from './thresholds.ts'

export const podKill: Scenario = {
  name: 'pod-kill',
  story:
    'One pod of three dies without a warning. Its subscribers lose their connection, and resume on the others: nothing may be lost.',
  needs: ['pod-kill'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: { ...DELIVERED_ONCE, announced: 0, worstPause: 10_000 },
  async run(test) {
    await publishThrough(test, 'pod-kill')
  },
}

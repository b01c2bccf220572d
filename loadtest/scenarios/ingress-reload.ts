import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { DELIVERED_ONCE } from './thresholds.ts'

export const ingressReload: Scenario = {
  name: 'ingress-reload',
  story:
    'Another team adds a host to the shared ingress and takes it away. Each time nginx ends its old workers, and with them all streams: nothing may be lost.',
  needs: ['ingress-reload'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: { ...DELIVERED_ONCE, announced: 0, worstPause: 10_000 },
  async run(test) {
    await publishThrough(test, 'ingress-reload')
  },
}

import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { SERVED_TO_THE_END } from './thresholds.ts'

/** Requests that a worker of nginx gets while it ends: it may close their connections unread. */
const MEETING_AN_END = 10

export const ingressReload: Scenario = {
  name: 'ingress-reload',
  story:
    'Another team adds a host to the shared ingress and takes it away. Each time nginx ends its old workers, and with them all streams: nothing may be lost.',
  needs: ['ingress-reload'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: {
    ...SERVED_TO_THE_END,
    announced: 0,
    connectFailures: MEETING_AN_END,
    unknownPublishes: MEETING_AN_END,
    worstPause: 10_000,
  },
  async run(test) {
    await publishThrough(test, 'ingress-reload')
  },
}

import { publishThrough } from './publish-through.ts'
import type { Scenario } from './scenario.ts'
import { ALL_TAKEN, SERVED_TO_THE_END } from './thresholds.ts'

/** One adds the host, one takes it away. */
const RELOADS = 2
/** Seconds in which a worker of nginx that ends may still be asked: it closes these connections unread. */
const ENDING = 0.1
/** Seconds over which `retry` scatters those whose streams a reload has ended. The second reload may come just then. */
const COMING_BACK = 3

export const ingressReload: Scenario = {
  name: 'ingress-reload',
  story:
    'Another team adds a host to the shared ingress and takes it away. Each time nginx ends its old workers, and with them all streams: nothing may be lost.',
  needs: ['ingress-reload'],
  defaults: { subscribers: 300, channels: 1, rate: 20, seconds: 30, bytes: 100 },
  thresholds: ({ rate, subscribers }) => ({
    ...SERVED_TO_THE_END,
    ...ALL_TAKEN,
    announced: 0,
    connectFailures: Math.ceil((subscribers / COMING_BACK) * ENDING),
    unknownPublishes: Math.ceil(rate * ENDING * RELOADS),
    worstPause: 10_000,
  }),
  async run(test) {
    await publishThrough(test, 'ingress-reload')
  },
}

import { curve } from './curve.ts'
import type { Scenario } from './scenario.ts'

export const ROLLING_UPDATE: Scenario = {
  name: 'rolling-update',
  story: 'All pods are replaced, one by one, while the number of subscribers stays.',
  minutes: 35,
  clients: curve([[0, 1]]),
  disturbedAt: 5,
  happenings: [{ minute: 5, act: ({ deployment }) => deployment.restart() }],
  thresholds: {
    peakLoadPercent: 100,
    refusalsPerClient: 0.2,
    failuresPerClient: 0,
    reconnectsPerClient: 2.2,
    secondsUntilBalanced: 600,
  },
}

import { curve } from './curve.ts'
import type { Scenario } from './scenario.ts'

export const STEP: Scenario = {
  name: 'step',
  story: 'Half as many subscribers more come within a minute, and leave again after twenty.',
  minutes: 45,
  clients: curve([
    [5, 1],
    [6, 1.5],
    [26, 1.5],
    [27, 1],
  ]),
  disturbedAt: 5,
  thresholds: {
    peakLoadPercent: 90,
    refusalsPerClient: 0,
    failuresPerClient: 0,
    reconnectsPerClient: 1.2,
    secondsUntilBalanced: 600,
  },
}

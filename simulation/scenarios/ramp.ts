import { curve } from './curve.ts'
import type { Scenario } from './scenario.ts'

export const RAMP: Scenario = {
  name: 'ramp',
  story: 'The subscribers double over twenty minutes, and halve again over twenty.',
  minutes: 65,
  clients: curve([
    [5, 1],
    [25, 2],
    [30, 2],
    [50, 1],
  ]),
  disturbedAt: 5,
  thresholds: {
    peakLoadPercent: 85,
    refusalsPerClient: 0,
    failuresPerClient: 0,
    reconnectsPerClient: 2.2,
    secondsUntilBalanced: 1_500,
  },
}

import { curve } from './curve.ts'
import type { Scenario } from './scenario.ts'

export const FLASH_CROWD: Scenario = {
  name: 'flash-crowd',
  story: 'The subscribers double within half a minute, and most leave after ten minutes.',
  minutes: 40,
  clients: curve([
    [5, 1],
    [5.5, 2],
    [15, 2],
    [16, 1],
  ]),
  disturbedAt: 5,
  thresholds: {
    peakLoadPercent: 100,
    refusalsPerClient: 0.1,
    failuresPerClient: 0,
    reconnectsPerClient: 1.4,
    secondsUntilBalanced: 1_200,
  },
}

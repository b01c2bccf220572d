import { curve } from './curve.ts'
import { silence } from './silence.ts'
import type { Scenario } from './scenario.ts'

export const METRICS_OUTAGE: Scenario = {
  name: 'metrics-outage',
  story:
    'No pod answers polls for seven minutes, so that the count is unknown, and meanwhile a third more subscribers come.',
  minutes: 35,
  clients: curve([
    [6, 1],
    [8, 4 / 3],
  ]),
  disturbedAt: 12,
  happenings: [
    { minute: 5, act: ({ pods }) => silence(pods.all, true) },
    { minute: 12, act: ({ pods }) => silence(pods.all, false) },
  ],
  thresholds: {
    peakLoadPercent: 85,
    refusalsPerClient: 0,
    failuresPerClient: 0,
    reconnectsPerClient: 1.2,
    secondsUntilBalanced: 600,
  },
}

import { curve } from './curve.ts'
import { silence } from './silence.ts'
import type { Scenario } from './scenario.ts'

export const HALF_SILENT: Scenario = {
  name: 'half-silent',
  story:
    'Half the pods answer no poll for ten minutes, and meanwhile half as many subscribers more come.',
  minutes: 35,
  clients: curve([
    [5, 1],
    [6, 1.5],
  ]),
  disturbedAt: 5,
  happenings: [
    {
      minute: 4,
      act: ({ pods }) => silence(pods.all.slice(0, Math.floor(pods.all.length / 2)), true),
    },
    { minute: 14, act: ({ pods }) => silence(pods.all, false) },
  ],
  thresholds: {
    peakLoadPercent: 90,
    refusalsPerClient: 0,
    failuresPerClient: 0,
    reconnectsPerClient: 1,
    secondsUntilBalanced: 1_200,
  },
}

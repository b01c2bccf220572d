import { curve } from './curve.ts'
import type { Scenario } from './scenario.ts'

export const PENDING_POD: Scenario = {
  name: 'pending-pod',
  story:
    'Half as many subscribers more come, and one of the new pods finds no node for ten minutes.',
  minutes: 40,
  clients: curve([
    [5, 1],
    [6, 1.5],
  ]),
  disturbedAt: 5,
  happenings: [
    { minute: 5, act: ({ pods }) => pods.stickNext() },
    { minute: 15, act: ({ pods }) => pods.unstick() },
  ],
  thresholds: {
    peakLoadPercent: 90,
    refusalsPerClient: 0,
    failuresPerClient: 0,
    reconnectsPerClient: 1,
    secondsUntilBalanced: 1_200,
  },
}

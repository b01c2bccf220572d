import { curve } from './curve.ts'
import type { SimulatedFleet } from '../fleet/simulated-fleet.ts'
import type { Scenario } from './scenario.ts'

export const KILLED_POD: Scenario = {
  name: 'killed-pod',
  story: 'The fullest pod is killed, and its streams are cut without a farewell.',
  minutes: 25,
  clients: curve([[0, 1]]),
  disturbedAt: 5,
  happenings: [{ minute: 5, act: killFullest }],
  thresholds: {
    peakLoadPercent: 85,
    refusalsPerClient: 0,
    failuresPerClient: 0,
    reconnectsPerClient: 1.2,
    secondsUntilBalanced: 600,
  },
}

function killFullest({ pods }: SimulatedFleet): void {
  const [fullest] = pods.all.toSorted((a, b) => b.streams.size - a.streams.size)
  if (fullest !== undefined) pods.kill(fullest)
}

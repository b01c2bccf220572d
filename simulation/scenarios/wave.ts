import type { Scenario } from './scenario.ts'

export const WAVE: Scenario = {
  name: 'wave',
  story: 'The number of subscribers swings by a third every six minutes.',
  minutes: 60,
  clients: (minute, base) => base * (1 + Math.sin((2 * Math.PI * minute) / 6) / 3),
  disturbedAt: 5,
  thresholds: {
    peakLoadPercent: 85,
    refusalsPerClient: 0,
    failuresPerClient: 0,
    reconnectsPerClient: 1.5,
    resizes: 8,
  },
}

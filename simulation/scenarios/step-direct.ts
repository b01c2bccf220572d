import { STEP } from './step.ts'
import type { Scenario } from './scenario.ts'

export const STEP_DIRECT: Scenario = {
  name: 'step-direct',
  story: 'The same step, and the controller sets the number of pods itself.',
  minutes: 45,
  clients: STEP.clients,
  disturbedAt: 5,
  spec: { scaling: { provider: 'Direct' } },
  thresholds: STEP.thresholds,
}

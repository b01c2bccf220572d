import { FLASH_CROWD } from './flash-crowd.ts'
import { HALF_SILENT } from './half-silent.ts'
import { KILLED_POD } from './killed-pod.ts'
import { METRICS_OUTAGE } from './metrics-outage.ts'
import { PENDING_POD } from './pending-pod.ts'
import { RAMP } from './ramp.ts'
import { ROLLING_UPDATE } from './rolling-update.ts'
import { STEP } from './step.ts'
import { STEP_DIRECT } from './step-direct.ts'
import { WAVE } from './wave.ts'
import type { Scenario } from './scenario.ts'

/** In the order in which they are told. */
export const SCENARIOS: readonly Scenario[] = [
  STEP,
  STEP_DIRECT,
  RAMP,
  FLASH_CROWD,
  WAVE,
  HALF_SILENT,
  METRICS_OUTAGE,
  PENDING_POD,
  ROLLING_UPDATE,
  KILLED_POD,
]

import { fanOut } from './fan-out.ts'
import { idle } from './idle.ts'
import { manyChannels } from './many-channels.ts'
import { ramp } from './ramp.ts'
import { reconnectStorm } from './reconnect-storm.ts'
import { replay } from './replay.ts'
import type { Scenario } from './scenario.ts'
import { slowReaders } from './slow-readers.ts'

export const DEFAULT_SCENARIO = fanOut

export const ALL_SCENARIOS: readonly Scenario[] = [
  fanOut,
  manyChannels,
  reconnectStorm,
  slowReaders,
  replay,
  idle,
  ramp,
]

import { autoscale } from './autoscale.ts'
import { fanOut } from './fan-out.ts'
import { faults } from './faults.ts'
import { idle } from './idle.ts'
import { ingressReload } from './ingress-reload.ts'
import { manyChannels } from './many-channels.ts'
import { podKill } from './pod-kill.ts'
import { ramp } from './ramp.ts'
import { reconnectStorm } from './reconnect-storm.ts'
import { redisFailOver } from './redis-fail-over.ts'
import { replay } from './replay.ts'
import { rollout } from './rollout.ts'
import type { Scenario, Suite } from './scenario.ts'
import { slowReaders } from './slow-readers.ts'

export const DEFAULT_NAME = fanOut.name

export const ALL_SCENARIOS: readonly Scenario[] = [
  fanOut,
  manyChannels,
  reconnectStorm,
  slowReaders,
  replay,
  idle,
  ramp,
  rollout,
  podKill,
  ingressReload,
  redisFailOver,
  autoscale,
]

/** What the command line can name: each scenario alone, and the suites of several. */
export const ALL_SUITES: readonly Suite[] = [...ALL_SCENARIOS.map(alone), faults]

function alone(scenario: Scenario): Suite {
  const { name, story } = scenario
  return { name, story, scenarios: [scenario], variants: [undefined] }
}

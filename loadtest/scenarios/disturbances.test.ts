import { expect, test } from 'vitest'
import type { Figures } from '../figures.ts'
import { FAKE_FIGURES } from '../report/fake-result.ts'
import { judgeFigures } from '../report/verdicts.ts'
import { ALL_SCENARIOS } from './all-scenarios.ts'
import { fanOut } from './fan-out.ts'
import { idle } from './idle.ts'
import { manyChannels } from './many-channels.ts'
import { reconnectStorm } from './reconnect-storm.ts'
import { replay } from './replay.ts'
import type { Scenario } from './scenario.ts'
import { thresholdsOf } from './thresholds.ts'

function isMet(scenario: Scenario, figures: Partial<Figures>): boolean {
  const [figure] = Object.keys(figures)
  const thresholds = thresholdsOf(scenario, scenario.defaults)
  const verdicts = judgeFigures({ ...FAKE_FIGURES, ...figures }, thresholds)
  return verdicts.every((verdict) => verdict.figure !== figure || verdict.isMet)
}

test.for(ALL_SCENARIOS)('$name: no stream ends with a fault', (scenario) => {
  expect(isMet(scenario, { faults: 1 })).toBe(false)
})

test.for([fanOut, manyChannels, idle])('$name: no stream is drained', (scenario) => {
  expect(isMet(scenario, { drains: 1 })).toBe(false)
})

test('a stream may expire only where it is held for as long as one likes', () => {
  const expiries = 1
  expect([fanOut, manyChannels, idle].map((scenario) => isMet(scenario, { expiries }))).toEqual([
    false,
    false,
    true,
  ])
})

test.for([replay, reconnectStorm])('$name: a backlog does not drip for 45 s', (scenario) => {
  expect(isMet(scenario, { caughtUpP99: 45_000 })).toBe(false)
})

import { expect, test } from 'vitest'
import { SCENARIOS } from '../scenarios/all-scenarios.ts'
import { FLASH_CROWD } from '../scenarios/flash-crowd.ts'
import { runScenario } from './run-scenario.ts'

const scenarios = SCENARIOS.map((scenario) => [scenario.name, scenario] as const)

test.for(scenarios)('%s keeps its thresholds, with any seed', ([, scenario]) => {
  for (const seed of [11, 12]) {
    expect(runScenario(scenario, { clients: 3_000, seed }).breaches, `seed ${seed}`).toEqual([])
  }
})

test('the same seed gives the same run, and another seed another one', () => {
  const options = { clients: 1_500, seed: 7 }
  const run = runScenario(FLASH_CROWD, options)
  expect(runScenario(FLASH_CROWD, options).samples).toEqual(run.samples)
  expect(runScenario(FLASH_CROWD, { ...options, seed: 8 }).samples).not.toEqual(run.samples)
})

test('a threshold that is broken is told, with what was found', () => {
  const scenario = { ...FLASH_CROWD, thresholds: { reconnectsPerClient: 0, peakLoadPercent: 100 } }
  expect(runScenario(scenario, { clients: 1_500, seed: 7 }).breaches).toEqual([
    { figure: 'reconnectsPerClient', atMost: 0, got: expect.closeTo(1, 0) as number },
  ])
})

import { assert, expect, test } from 'vitest'
import { formatProblem } from '../read-setting.ts'
import { resolve } from '../resolve.ts'
import { CONTROL_TABLE } from './control-table.ts'

test('nothing has to be set', () => {
  const resolution = resolve(CONTROL_TABLE, { env: {} })

  assert(resolution.kind === 'resolved')
  expect(resolution.config).toMatchObject({
    leaseDuration: 15_000,
    snapshotInterval: 5_000,
    podProxy: 'off',
    metricsApiListen: undefined,
  })
})

test('the metrics API needs to know its Secret and its Service', () => {
  const env = { RUNNEL_METRICS_API_LISTEN: '0.0.0.0:10250', RUNNEL_CONTROLLER_SERVICE: 'control' }

  expect(problemsOf(env)).toEqual([
    'RUNNEL_METRICS_API_LISTEN: expected RUNNEL_METRICS_API_SECRET to be set too: without them the API server ' +
      'cannot trust the metrics API',
  ])
  expect(problemsOf({ ...env, RUNNEL_METRICS_API_SECRET: 'authorities' })).toEqual([])
})

test.for(['', 'Upper', '-a', 'a-', 'a/b', 'a'.repeat(254)])('%j names no object', (name) => {
  const problems = problemsOf({ RUNNEL_NAMESPACE: name })

  expect(problems).toHaveLength(name === '' ? 0 : 1)
})

test.for([
  ['runnel', 0],
  ['Runnel_1.0', 0],
  ['a'.repeat(63), 0],
  ['a'.repeat(64), 1],
  ['-a', 1],
  ['a.', 1],
  ['a/b', 1],
] as const)('as the value of a label, %j makes %i problems', ([label, count]) => {
  expect(problemsOf({ RUNNEL_APP_NAME: label })).toHaveLength(count)
})

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  const resolution = resolve(CONTROL_TABLE, { env })
  return resolution.kind === 'resolved' ? [] : resolution.problems.map(formatProblem)
}

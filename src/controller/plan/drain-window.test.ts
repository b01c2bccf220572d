import { expect, test } from 'vitest'
import { deploymentOf } from '../../../test/support/fleet/fleet-state.ts'
import type { Deployment } from '../objects/workloads.ts'
import { drainWindow } from './drain-window.ts'

function deployment(grace: number | undefined, ...sleeps: readonly number[]): Deployment {
  const base = deploymentOf(2)
  const containers = sleeps.map((seconds) => ({ lifecycle: { preStop: { sleep: { seconds } } } }))
  const spec = {
    ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
    containers,
  }
  return { ...base, spec: { ...base.spec, template: { spec } } }
}

test.for([
  ['20s', 35, 5],
  ['1500ms', 12, 0],
  ['0s', 10, 0],
  ['2m', 600, 60],
] as const)(
  'a window of %s fits into %ds after a preStop of %ds and 10s to close',
  ([window, grace, sleep]) => {
    expect(drainWindow(window, deployment(grace, sleep)).text).toBe(window)
  },
)

test.for([
  ['20s', 34, [5], '19s', 35],
  ['1h', 100, [], '90s', 3_610],
  ['1500ms', 11, [], '1s', 12],
  ['20s', 30, [1, 25, 3], '0s', 55],
] as const)(
  'a window of %s in a grace period of %ds after %j is cut to %s',
  ([window, grace, sleeps, text, neededGrace]) => {
    expect(drainWindow(window, deployment(grace, ...sleeps))).toMatchObject({
      text,
      cut: { grace, neededGrace },
    })
  },
)

test('a Deployment that names no grace period has that of Kubernetes', () => {
  expect(drainWindow('20s', deployment(undefined)).text).toBe('20s')
  expect(drainWindow('21s', deployment(undefined))).toMatchObject({
    text: '20s',
    cut: { grace: 30 },
  })
})

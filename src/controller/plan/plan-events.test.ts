import { expect, test } from 'vitest'
import {
  afterwards,
  deploymentOf,
  fleetState,
  podOf,
  podsOf,
  SILENT,
  specOf,
} from '../../../test/support/fleet/fleet-state.ts'
import type { FleetState } from './fleet-plan.ts'
import { planFleet } from './plan-fleet.ts'

/** The events of plans of a fleet that changes, each carried out. */
function eventsOf(...changes: readonly Partial<FleetState>[]) {
  let state = fleetState({ spec: specOf({ scaling: { provider: 'None' } }) })
  return changes.map((parts) => {
    state = { ...state, ...parts }
    const plan = planFleet(state)
    state = afterwards(state, plan)
    return plan.events.map(({ type, reason }) => `${type} ${reason}`)
  })
}

test('a new fleet tells who scales it', () => {
  expect(planFleet(fleetState()).events).toEqual([
    {
      type: 'Normal',
      reason: 'Direct',
      message:
        'Auto chose Direct: this controller is not registered for custom metrics, and KEDA is not installed.',
    },
  ])
})

test('a change is told once, by one event, and so is its end', () => {
  const full = { pods: podsOf(1_500, 1_500) }

  expect(eventsOf({}, full, full, { pods: podsOf(10, 10) }, {})).toEqual([
    ['Normal None'],
    ['Warning Full'],
    [],
    ['Normal Room'],
    [],
  ])
})

test('a fleet that is stalled and goes on tells both', () => {
  expect(eventsOf({}, { deployment: undefined }, {}, { deployment: deploymentOf(2) })).toEqual([
    ['Normal None'],
    ['Warning TargetNotFound'],
    [],
    ['Normal AsSpecified', 'Normal None'],
  ])
})

test('pods that fall silent and speak again are told of', () => {
  const silent = { pods: [...podsOf(5, 5), podOf('silent', 5, SILENT)] }

  expect(eventsOf({}, silent, { pods: podsOf(5, 5) })).toEqual([
    ['Normal None'],
    ['Warning Timeout'],
    ['Normal AllAnswer'],
  ])
})

test('what was told is not told again when Ready comes to say it', () => {
  const full = podsOf(1_500, 1_500)
  const silent = podOf('silent', 5, { silence: SILENT.silence, isReady: false })

  expect(eventsOf({}, { pods: [...full, silent] }, { pods: full })).toEqual([
    ['Normal None'],
    ['Warning Timeout', 'Warning Full'],
    ['Normal AllAnswer'],
  ])
})

test('rebalancing is told when it begins and when it ends', () => {
  const starting = { pods: podsOf(900, 100), deployment: deploymentOf(2, { readyReplicas: 1 }) }

  expect(
    eventsOf({}, starting, { deployment: deploymentOf(2) }, {}, { pods: podsOf(500, 500) }),
  ).toEqual([['Normal None'], [], ['Normal Rebalancing'], [], ['Normal WithinTolerance']])
})

test('whoever changes the number of pods, it is told', () => {
  expect(
    eventsOf(
      {},
      { deployment: deploymentOf(4) },
      { deployment: deploymentOf(4) },
      { deployment: deploymentOf(1) },
    ),
  ).toEqual([['Normal None'], ['Normal ScaledUp'], [], ['Normal ScaledDown']])
})

test('the event of another number of pods claims no author', () => {
  const before = fleetState({ spec: specOf({ scaling: { provider: 'None' } }), pods: podsOf(1, 1) })
  const led = afterwards(before, planFleet(before))
  const deployment = deploymentOf(3)

  expect(planFleet({ ...led, deployment }).events).toContainEqual({
    type: 'Normal',
    reason: 'ScaledUp',
    message: 'The Deployment has 3 pods, after 2.',
  })
})

import { expect, test } from 'vitest'
import { autoscalerOf, fleetState } from '../../../test/support/fleet/fleet-state.ts'
import type { ScaledObject } from '../objects/children.ts'
import { sortAutoscalers } from './autoscalers.ts'
import type { Provider } from './choose-provider.ts'

const OURS = { kind: 'StreamCapacity', name: 'streams', uid: 'uid-streams' }
const BY_KEDA = { kind: 'ScaledObject', name: 'streams', uid: 'uid-scaled-object' }

const byHand = autoscalerOf('by-hand')
const own = autoscalerOf('streams', OURS)
const ofKeda = autoscalerOf('keda-hpa-streams', BY_KEDA)

function scaledObject(owner: string): ScaledObject {
  const ownerReferences = [
    { ...OURS, apiVersion: 'runnel.dev/v1alpha1', uid: owner, controller: true },
  ]
  return {
    metadata: { name: 'streams', uid: 'uid-scaled-object', ownerReferences },
    spec: { scaleTargetRef: { name: 'runnel' } },
  }
}

const NONE = { own: undefined, leftover: undefined, foreign: undefined }

test.for([
  ['CustomMetrics', own, { own }],
  ['CustomMetrics', ofKeda, { leftover: ofKeda }],
  ['KEDA', ofKeda, { own: ofKeda }],
  ['KEDA', own, { leftover: own }],
  ['Direct', own, { leftover: own }],
  ['Direct', ofKeda, { leftover: ofKeda }],
  ['Direct', byHand, { foreign: byHand }],
  ['External', byHand, { foreign: byHand }],
] as const)('for %s, %o is %o', ([provider, autoscaler, sorted]) => {
  const state = fleetState({ autoscalers: [autoscaler], scaledObject: scaledObject('uid-streams') })

  expect(sortAutoscalers(state, provider)).toEqual({ ...NONE, ...sorted })
})

test('the autoscaler of a ScaledObject of somebody else is foreign', () => {
  const sort = (owner: string, provider: Provider, maker = BY_KEDA) =>
    sortAutoscalers(
      fleetState({
        autoscalers: [autoscalerOf('keda-hpa', maker)],
        scaledObject: scaledObject(owner),
      }),
      provider,
    )

  expect(sort('uid-of-another', 'KEDA').foreign).toBeDefined()
  expect(sort('uid-streams', 'KEDA', { ...BY_KEDA, name: 'another' }).foreign).toBeDefined()
  expect(sort('uid-streams', 'KEDA', { ...BY_KEDA, uid: 'uid-of-another' }).foreign).toBeDefined()
})

test("KEDA's autoscaler is a leftover until it has followed its ScaledObject", () => {
  const state = fleetState({ autoscalers: [ofKeda], scaledObject: undefined })

  expect(sortAutoscalers(state, 'Direct')).toEqual({ ...NONE, leftover: ofKeda })
})

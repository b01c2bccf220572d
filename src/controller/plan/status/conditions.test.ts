import { expect, test } from 'vitest'
import { START } from '../../../../test/support/fleet/fleet-state.ts'
import { conditionsFrom } from './conditions.ts'

const verdict = { status: 'True', reason: 'Room', message: 'There is room.' } as const

test('a condition keeps its time until its status changes', () => {
  const first = conditionsFrom({ CapacityAvailable: verdict }, [], START, 1)
  const at = (status: 'True' | 'False') =>
    conditionsFrom(
      { CapacityAvailable: { ...verdict, status, reason: 'Other' } },
      first,
      START + 61_500,
      2,
    )

  expect(at('True')).toEqual([
    {
      type: 'CapacityAvailable',
      status: 'True',
      reason: 'Other',
      message: 'There is room.',
      observedGeneration: 2,
      lastTransitionTime: '2026-11-26T12:00:00Z',
    },
  ])
  expect(at('False')[0]?.lastTransitionTime).toBe('2026-11-26T12:01:01Z')
})

test('what has no verdict is absent, and the others keep their order', () => {
  const types = { Stalled: verdict, Ready: undefined, Balanced: verdict }

  expect(conditionsFrom(types, [], START, 1).map(({ type }) => type)).toEqual([
    'Stalled',
    'Balanced',
  ])
})

import { expect, test } from 'vitest'
import type { Condition } from '../../schema/stream-capacity.ts'
import { mergeConditions, type NewCondition } from './conditions.ts'

const NOON = Date.parse('2026-11-22T12:00:00.789Z')
const READY: NewCondition = {
  type: 'Ready',
  status: 'True',
  reason: 'Scaled',
  message: 'all is well',
}
const STORED: Condition[] = [
  {
    ...READY,
    observedGeneration: 1,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  },
  {
    type: 'Balanced',
    status: 'False',
    reason: 'Shedding',
    message: 'pod a is full',
    observedGeneration: 1,
    lastTransitionTime: '2026-01-02T00:00:00Z',
  },
]

test('a new condition begins at the time of the merge, in whole seconds', () => {
  expect(mergeConditions([], [READY], { now: NOON, generation: 3 })).toEqual([
    { ...READY, observedGeneration: 3, lastTransitionTime: '2026-11-22T12:00:00Z' },
  ])
})

test('the time moves with the status alone', () => {
  const found: NewCondition[] = [
    { ...READY, reason: 'Other', message: 'other words' },
    { type: 'Balanced', status: 'True', reason: 'Even', message: 'even' },
  ]
  const merged = mergeConditions(STORED, found, { now: NOON, generation: 2 })

  expect(merged.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
    '2026-01-01T00:00:00Z',
    '2026-11-22T12:00:00Z',
  ])
  expect(merged.map(({ reason }) => reason)).toEqual(['Other', 'Even'])
  expect(merged.map(({ observedGeneration }) => observedGeneration)).toEqual([2, 2])
})

test('finding the same again, in any order, changes nothing', () => {
  const found = STORED.map(({ type, status, reason, message }) => ({
    type,
    status,
    reason,
    message,
  })).toReversed()

  const merged = mergeConditions(STORED, found, { now: NOON, generation: 1 })

  expect(JSON.stringify(merged)).toBe(JSON.stringify(STORED))
})

test('a condition that is not found any more goes, and new ones come last', () => {
  const stalled: NewCondition = {
    type: 'Stalled',
    status: 'True',
    reason: 'Conflict',
    message: 'two fleets claim one target',
  }
  const merged = mergeConditions(STORED, [stalled, READY], { now: NOON, generation: undefined })

  expect(merged.map(({ type }) => type)).toEqual(['Ready', 'Stalled'])
  expect(merged[1]).not.toHaveProperty('observedGeneration')
})

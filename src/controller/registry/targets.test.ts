import { expect, test } from 'vitest'
import type { StreamCapacity } from '../objects/stream-capacity.ts'
import { olderRivals, targetOf } from './targets.ts'

test('of several objects with one target the oldest owns it, and the name decides within a second', () => {
  const first = capacity('b', 'web', '2026-01-01T00:00:00Z')
  const sameSecond = capacity('c', 'web', '2026-01-01T00:00:00Z')
  const later = capacity('a', 'web', '2026-01-01T00:00:01Z')
  const elsewhere = capacity('d', 'other', '2025-01-01T00:00:00Z')
  const all = [later, sameSecond, elsewhere, first]

  expect(olderRivals(first, all)).toEqual([])
  expect(olderRivals(sameSecond, all)).toEqual(['b'])
  expect(olderRivals(later, all)).toEqual(['b', 'c'])
  expect(olderRivals(elsewhere, all)).toEqual([])
})

test('an object that is being deleted owns nothing any more', () => {
  const leaving = capacity('a', 'web', '2026-01-01T00:00:00Z')
  const heir = capacity('b', 'web', '2026-01-02T00:00:00Z')
  const deleted = {
    ...leaving,
    metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-03T00:00:00Z' },
  }

  expect(olderRivals(heir, [deleted, heir])).toEqual([])
})

test('a spec that is wrong otherwise still has its target', () => {
  expect(
    targetOf({ metadata: { name: 'a' }, spec: { targetRef: { name: 'web' }, scaling: 1 } }),
  ).toBe('web')
  expect(targetOf({ metadata: { name: 'a' }, spec: { targetRef: 'web' } })).toBeUndefined()
  expect(targetOf({ metadata: { name: 'a' } })).toBeUndefined()
})

function capacity(name: string, target: string, creationTimestamp: string): StreamCapacity {
  return {
    metadata: { name, uid: `uid-${name}`, creationTimestamp },
    spec: { targetRef: { name: target } },
  }
}

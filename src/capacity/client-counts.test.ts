import { expect, test } from 'vitest'
import { ClientCounts } from './client-counts.ts'

test('a client is known from its first stream to its last, and not longer', () => {
  const counts = new ClientCounts()
  counts.add('a')
  counts.add('a')
  counts.add('b')
  counts.remove('a')
  expect([...counts.clients]).toEqual(['a', 'b'])
  expect([counts.of('a'), counts.of('b'), counts.of('c')]).toEqual([1, 1, 0])
  counts.remove('a')
  counts.remove('b')
  expect([...counts.clients]).toEqual([])
})

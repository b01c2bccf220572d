import { expect, test } from 'vitest'
import { rankForDeletion, type Candidate } from './rank-for-deletion.ts'

const NOW = 10_000

const candidate = (uid: string, parts: Partial<Candidate> = {}): Candidate => ({
  uid,
  phase: 'Running',
  isReady: true,
  deletionCost: 0,
  readySince: 1_000,
  createdAt: 990,
  ...parts,
})

test.for<[rule: string, first: Candidate, second: Candidate]>([
  [
    'pending before running, whatever it costs',
    candidate('b', { phase: 'Pending', isReady: false, deletionCost: 900 }),
    candidate('a', { isReady: false }),
  ],
  [
    'not ready before ready, whatever it costs',
    candidate('b', { isReady: false, deletionCost: 900 }),
    candidate('a', { deletionCost: 1 }),
  ],
  [
    'cheap before dear, whatever its age',
    candidate('b', { deletionCost: 1 }),
    candidate('a', { deletionCost: 2, readySince: 9_999 }),
  ],
  ['younger first', candidate('b', { readySince: 9_900 }), candidate('a')],
  [
    'ages of one power of two are alike, and the uid decides',
    // 9,000 s and 8,900 s are both between 2^42 and 2^43 ns.
    candidate('a'),
    candidate('b', { readySince: 1_100 }),
  ],
])('%s', ([, first, second]) => {
  expect(rankForDeletion(NOW, [second, first])).toEqual([first, second])
  expect(rankForDeletion(NOW, [first, second])).toEqual([first, second])
})

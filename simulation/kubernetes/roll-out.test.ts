import { expect, test } from 'vitest'
import { rollOut, type ReplicaSets, type Sizes } from './roll-out.ts'

const sets = (fresh: [number, number], old: [number, number]): ReplicaSets => ({
  new: { replicas: fresh[0], available: fresh[1] },
  old: { replicas: old[0], available: old[1] },
})

test.for<[rule: string, replicas: number, surge: number, before: ReplicaSets, after: Sizes]>([
  ['it begins with the surge', 3, 1, sets([0, 0], [3, 3]), { new: 1, old: 3 }],
  ['no old pod goes before the new one is ready', 3, 1, sets([1, 0], [3, 3]), { new: 1, old: 3 }],
  ['then one old pod goes', 3, 1, sets([1, 1], [3, 3]), { new: 1, old: 2 }],
  ['which makes room for the next', 3, 1, sets([1, 1], [2, 2]), { new: 2, old: 2 }],
  ['an old pod that is not ready goes first', 3, 1, sets([1, 1], [3, 2]), { new: 1, old: 2 }],
  [
    'old pods that are not ready stay as long as the new one is not ready either',
    3,
    1,
    sets([1, 0], [3, 2]),
    { new: 1, old: 3 },
  ],
  ['it ends without old pods', 3, 1, sets([3, 3], [1, 1]), { new: 3, old: 0 }],
  ['a larger surge takes larger steps', 10, 3, sets([3, 3], [10, 10]), { new: 3, old: 7 }],
  ['without old pods it grows at once', 8, 1, sets([3, 3], [0, 0]), { new: 8, old: 0 }],
  ['and shrinks at once', 2, 1, sets([5, 5], [0, 0]), { new: 2, old: 0 }],
])('%s', ([, replicas, surge, before, after]) => {
  expect(rollOut(replicas, surge, before)).toEqual(after)
})

import { expect, test } from 'vitest'
import { positionAt, resume, type History } from './history.ts'

const A = 'aaaaaaaa'
const B = 'bbbbbbbb'
const LIFE = 'llllllll'

/** Epoch A wrote 1 to 5 of which 1 to 3 survived a fail-over; B goes on with 4 to 8; 1 is trimmed. */
const forked: History = {
  chain: [
    { epoch: A, first: 1 },
    { epoch: B, first: 4 },
  ],
  origins: [LIFE],
  oldest: 2,
  top: 8,
}
const unwritten: History = { chain: [], origins: [LIFE, 'kkkkkkkk'], oldest: 1, top: 0 }

test('names each offset in the words of the epoch that wrote it', () => {
  const names = [0, 3, 4, 8].map((offset) => positionAt(forked, offset))

  expect(names).toEqual([`${A}-0`, `${A}-3`, `${B}-4`, `${B}-8`])
  expect(positionAt(unwritten, 0)).toBe(`${LIFE}-0`)
})

test.for([
  ['a position of the present epoch goes on', { epoch: B, offset: 6 }, { after: 6 }],
  ['so does the top', { epoch: B, offset: 8 }, { after: 8 }],
  ['so does a position before the fork', { epoch: A, offset: 3 }, { after: 3 }],
  ['so does the same place in the words of the next epoch', { epoch: B, offset: 3 }, { after: 3 }],
  [
    'beyond the oldest event it is trimmed',
    { epoch: A, offset: 0 },
    { after: 1, gap: { reason: 'trimmed', from: `${A}-1`, to: `${A}-1`, missed: 1 } },
  ],
  [
    'a life in which the channel began stands before its first event',
    { epoch: LIFE, offset: 0 },
    { after: 1, gap: { reason: 'trimmed', from: `${A}-1`, to: `${A}-1`, missed: 1 } },
  ],
  [
    'the tail that a fail-over lost is told with its bounds',
    { epoch: A, offset: 5 },
    { after: 3, gap: { reason: 'diverged', from: `${A}-4`, to: `${A}-5`, missed: 2 } },
  ],
  [
    'beyond the top it is ahead',
    { epoch: B, offset: 9 },
    { after: 8, gap: { reason: 'ahead', from: null, to: null, missed: null } },
  ],
  [
    'an epoch that nobody knows is lost',
    { epoch: 'zzzzzzzz', offset: 4 },
    { after: 1, gap: { reason: 'epoch-lost', from: null, to: null, missed: null } },
  ],
  [
    'a life has no offsets but 0',
    { epoch: LIFE, offset: 1 },
    { after: 1, gap: { reason: 'epoch-lost', from: null, to: null, missed: null } },
  ],
  [
    'an offset before its epoch began was never given out',
    { epoch: B, offset: 2 },
    { after: 8, gap: { reason: 'unknown-cursor', from: null, to: null, missed: null } },
  ],
] as const)('%s', ([, position, expected]) => {
  expect(resume(forked, position)).toEqual(expected)
})

test('a channel never written is resumed from both known lives, and from no other', () => {
  expect(resume(unwritten, { epoch: LIFE, offset: 0 })).toEqual({ after: 0 })
  expect(resume(unwritten, { epoch: 'kkkkkkkk', offset: 0 })).toEqual({ after: 0 })
  expect(resume(unwritten, { epoch: 'jjjjjjjj', offset: 0 }).gaps[0]?.reason).toBe('epoch-lost')
})

test('a chain that was cut at its old end names the offsets before it, and takes those names back', () => {
  const cut: History = { chain: [{ epoch: B, first: 4 }], origins: [LIFE], oldest: 2, top: 8 }

  expect(positionAt(cut, 1)).toBe(`${B}-1`)
  expect(resume(cut, { epoch: B, offset: 1 })).toEqual({ after: 1 })
  expect(resume(cut, { epoch: B, offset: 0 })).toEqual({
    after: 1,
    gap: { reason: 'trimmed', from: `${B}-1`, to: `${B}-1`, missed: 1 },
  })
  expect(resume(cut, { epoch: A, offset: 3 }).gaps[0]?.reason).toBe('epoch-lost')
})

test('a lost tail beyond the trimmed start of the new line goes on at the oldest event', () => {
  const later: History = { ...forked, oldest: 7, top: 9 }

  expect(resume(later, { epoch: A, offset: 5 })).toEqual({
    after: 6,
    gap: { reason: 'diverged', from: `${A}-4`, to: `${A}-5`, missed: 2 },
  })
})

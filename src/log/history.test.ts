import { expect, test } from 'vitest'
import { positionAt, resume, type History } from './history.ts'

const A = 'aaaaaaaa'
const B = 'bbbbbbbb'
const C = 'cccccccc'
const D = 'dddddddd'
const INCARNATION = 'llllllll'
const NO_BOUNDS = { from: null, to: null, missed: null } as const

/** Epoch A wrote 1 to 5 of which 1 to 3 survived a fail-over; B goes on with 4 to 8; 1 is trimmed. */
const forked: History = {
  chain: [
    { epoch: A, first: 1 },
    { epoch: B, first: 4 },
  ],
  incarnations: [INCARNATION],
  oldest: 2,
  top: 8,
}
const unwritten: History = { chain: [], incarnations: [INCARNATION, 'kkkkkkkk'], oldest: 1, top: 0 }

test('names each offset by the epoch that appended it', () => {
  const names = [0, 3, 4, 8].map((offset) => positionAt(forked, offset))

  expect(names).toEqual([`${A}-0`, `${A}-3`, `${B}-4`, `${B}-8`])
  expect(positionAt(unwritten, 0)).toBe(`${INCARNATION}-0`)
})

test.for([
  ['a position of the present epoch', { epoch: B, offset: 6 }, 6],
  ['the top', { epoch: B, offset: 8 }, 8],
  ['a position before the fork', { epoch: A, offset: 3 }, 3],
  ['the same place in the words of the next epoch', { epoch: B, offset: 3 }, 3],
  ['what the next epoch continues, in its words', { epoch: B, offset: 1 }, 1],
] as const)('%s goes on', ([, position, after]) => {
  expect(resume(forked, position)).toEqual({ after, gaps: [] })
})

test.for([
  [
    'a position before the oldest event is trimmed',
    { epoch: A, offset: 0 },
    { reason: 'trimmed', from: `${A}-1`, to: `${A}-1`, missed: 1, after: 1 },
  ],
  [
    'an incarnation in which the channel began stands before its first event',
    { epoch: INCARNATION, offset: 0 },
    { reason: 'trimmed', from: `${A}-1`, to: `${A}-1`, missed: 1, after: 1 },
  ],
  [
    'a tail that a fail-over lost is a gap with its bounds',
    { epoch: A, offset: 5 },
    { reason: 'diverged', from: `${A}-4`, to: `${A}-5`, missed: 2, after: 3 },
  ],
  [
    'the first event of that tail is a gap by itself',
    { epoch: A, offset: 4 },
    { reason: 'diverged', from: `${A}-4`, to: `${A}-4`, missed: 1, after: 3 },
  ],
  [
    'a position beyond the top is ahead',
    { epoch: B, offset: 9 },
    { reason: 'ahead', ...NO_BOUNDS, after: 8 },
  ],
  [
    'an unknown epoch is lost',
    { epoch: 'zzzzzzzz', offset: 4 },
    { reason: 'epoch-lost', ...NO_BOUNDS, after: 1 },
  ],
  [
    'an incarnation has no offsets but 0',
    { epoch: INCARNATION, offset: 1 },
    { reason: 'epoch-lost', ...NO_BOUNDS, after: 1 },
  ],
] as const)('%s', ([, position, gap]) => {
  expect(resume(forked, position)).toEqual({ after: gap.after, gaps: [gap] })
})

test('a channel never written is resumed from both known incarnations, and from no other', () => {
  expect(resume(unwritten, { epoch: INCARNATION, offset: 0 })).toEqual({ after: 0, gaps: [] })
  expect(resume(unwritten, { epoch: 'kkkkkkkk', offset: 0 })).toEqual({ after: 0, gaps: [] })
  expect(resume(unwritten, { epoch: 'jjjjjjjj', offset: 0 }).gaps[0]?.reason).toBe('epoch-lost')
})

test('a chain that was cut at its old end names the offsets before it, and resumes from these names', () => {
  const cut: History = {
    chain: [{ epoch: B, first: 4 }],
    incarnations: [INCARNATION],
    oldest: 2,
    top: 8,
  }

  expect(positionAt(cut, 1)).toBe(`${B}-1`)
  expect(resume(cut, { epoch: B, offset: 1 })).toEqual({ after: 1, gaps: [] })
  expect(resume(cut, { epoch: B, offset: 0 })).toEqual({
    after: 1,
    gaps: [{ reason: 'trimmed', from: `${B}-1`, to: `${B}-1`, missed: 1, after: 1 }],
  })
  expect(resume(cut, { epoch: A, offset: 3 }).gaps[0]?.reason).toBe('epoch-lost')
})

test('events trimmed behind a lost tail are a gap of their own', () => {
  const later: History = { ...forked, oldest: 7, top: 9 }

  expect(resume(later, { epoch: A, offset: 5 })).toEqual({
    after: 6,
    gaps: [
      { reason: 'diverged', from: `${A}-4`, to: `${A}-5`, missed: 2, after: 3 },
      { reason: 'trimmed', from: `${B}-4`, to: `${B}-6`, missed: 3, after: 6 },
    ],
  })
})

test('an epoch without an event ends the one before it', () => {
  const opened: History = { ...forked, chain: [...forked.chain, { epoch: C, first: 7 }], top: 6 }
  const next: History = { ...opened, chain: [...opened.chain, { epoch: D, first: 7 }], top: 7 }

  for (const history of [opened, next]) {
    expect(resume(history, { epoch: B, offset: 8 })).toEqual({
      after: 6,
      gaps: [{ reason: 'diverged', from: `${B}-7`, to: `${B}-8`, missed: 2, after: 6 }],
    })
    expect(resume(history, { epoch: C, offset: 6 })).toEqual({ after: 6, gaps: [] })
    expect(positionAt(history, 6)).toBe(`${B}-6`)
  }
  expect(positionAt(next, 7)).toBe(`${D}-7`)
})

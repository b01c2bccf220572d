import { expect, test } from 'vitest'
import { isToldOf } from './follow.ts'
import type { Top } from './top.ts'

const at = (epoch: string, offset: number, time = offset): Top => ({ epoch, offset, time })

test.for<[string, boolean, Top | undefined, Top | undefined, Top | undefined]>([
  ['nothing was written', true, undefined, undefined, undefined],
  ['nothing has happened', true, at('e', 3), at('e', 3), at('e', 3)],
  ['it was told before it was asked', true, at('e', 5), at('e', 3), at('e', 5)],
  ['more came after it was asked', true, at('e', 3), at('e', 3), at('e', 5)],
  ['a new epoch began after it was asked', true, at('e', 3), at('e', 3), at('f', 4)],
  ['the first event came after it was asked', true, undefined, undefined, at('e', 1)],
  ['the end was missed', false, at('e', 5), at('e', 3), at('e', 4)],
  ['all of it was missed', false, at('e', 1), undefined, undefined],
  ['a new epoch was missed', false, at('f', 6), at('e', 5), at('e', 5)],
  ['a new epoch was told', true, at('f', 6), at('e', 5), at('f', 6)],
  ['the log has lost its end', false, at('e', 3), at('e', 5), at('e', 5)],
  ['the log has lost its end and goes on', false, at('e', 3), at('e', 5), at('e', 6)],
  ['the log was put back and stands where it stood', false, at('e', 5, 9), at('e', 5), at('e', 5)],
  ['the log was put back and goes on', false, at('e', 5, 9), at('e', 3), at('e', 5)],
  ['the log has lost all', false, undefined, at('e', 5), at('e', 5)],
])('%s: told %s', ([, isTold, asked, before, now]) => {
  expect(isToldOf(asked, before, now)).toBe(isTold)
})

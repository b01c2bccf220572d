import { expect, test } from 'vitest'
import { channelKeys } from '../../redis/keys.ts'
import { FollowedChannel, isToldOf } from './followed-channel.ts'
import type { AppendNotice } from './notification.ts'
import type { Top } from './channel-top.ts'

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

const LAST = at('e', 5, 50)

test.for<[string, boolean, AppendNotice, Top, Top | undefined]>([
  ['the next event', true, batch('e', 6, 6, 50, 60), at('e', 6, 60), undefined],
  ['the next events', true, batch('e', 6, 8, 50, 60), at('e', 8, 60), undefined],
  ['the next event, of a new epoch', true, batch('f', 6, 6, 50, 60), at('f', 6, 60), undefined],
  ['the last event again', true, batch('e', 5, 5, 40, 50), LAST, undefined],
  ['an event that comes late', false, batch('e', 4, 4, 30, 40), LAST, LAST],
  ['an event in the place of the last', false, batch('e', 5, 5, 55, 60), LAST, LAST],
  ['an event after one that was missed', false, batch('e', 7, 7, 60, 70), at('e', 7, 70), LAST],
  ['an event after another in that place', false, batch('e', 6, 6, 55, 60), at('e', 6, 60), LAST],
  ['an event of another line', false, batch('f', 1, 1, 0, 60), LAST, LAST],
])('%s follows on what is known: %s', ([, fits, heard, top, claim]) => {
  const follow = new FollowedChannel(
    'a',
    channelKeys('a', { prefix: 'runnel', isCluster: false, db: 0 }),
  )
  follow.top = LAST
  expect(follow.hear(heard)).toBe(fits)
  expect([follow.top, follow.claim]).toEqual([top, claim])
})

/** Events of one append, and the times of the event before them and of them. */
function batch(
  epoch: string,
  from: number,
  to: number,
  previous: number,
  time: number,
): AppendNotice {
  const events = Array.from({ length: to - from + 1 }, (_, index) => ({
    offset: from + index,
    name: 'message',
    data: '',
    time,
  }))
  return { epoch, previous, time, events }
}

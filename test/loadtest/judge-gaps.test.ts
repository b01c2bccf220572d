import { expect, test } from 'vitest'
import { judgeSights } from './judged-channel.ts'
import { open, opened, received, recordOf, trimmed } from './written-sights.ts'

test('a gap over an event that comes later is false, and the event comes in no wrong order', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3')
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    trimmed('epoch000-2', 'epoch000-2', 25),
    received(3, 'epoch000-3'),
    received(2, 'epoch000-2'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({
    owed: 3,
    lost: 0,
    reordered: 0,
    falseGaps: 1,
  })
})

test('a gap over what an earlier gap announced is false', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3')
  const sights = [
    opened(1),
    open('epoch000-0'),
    trimmed('epoch000-1', 'epoch000-2', 25),
    trimmed('epoch000-2', 'epoch000-2', 26),
    received(3, 'epoch000-3'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ announced: 2, lost: 0, falseGaps: 1 })
})

test('what a gap calls trimmed was in the log, and is lost by whoever is told nothing of it', () => {
  const record = recordOf('unknown', 'unknown', 'unknown')
  const announced = [opened(35), open('epoch000-0'), trimmed('epoch000-1', 'epoch001-3', 40)]
  const silent = [opened(35), open('epoch000-0')]
  expect(judgeSights([announced, silent], [record])).toMatchObject({ lost: 1 })
})

test('an event from before the subscriber began is duplicated if it comes after one of its own', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3')
  const sights = [
    opened(25),
    open('epoch000-2'),
    received(3, 'epoch000-3'),
    received(1, 'epoch000-1'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 1, duplicated: 1, reordered: 0 })
})

test('an event of an epoch that the subscriber has left is reordered', () => {
  const record = recordOf('epoch000-1', 'unknown', 'epoch001-2', 'unknown')
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(3, 'epoch001-2'),
    received(4, 'epoch000-3'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ reordered: 1 })
})

import { expect, test } from 'vitest'
import { judgeSights } from './judged-channel.ts'
import { CHANNEL, type Sight } from './served-channel.ts'
import { open, opened, received, recordOf, told, unbound } from './written-sights.ts'

test('what was accepted and never came is lost, even if nothing came at all', () => {
  const record = recordOf('epoch000-1', 'epoch000-2')
  expect(judgeSights([[opened(1), open('life0000-0')]], [record])).toMatchObject({ lost: 2 })
})

test('what a fail-over lost before a subscriber had it is lost, though the log has forgotten it', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch001-2')
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(3, 'epoch001-2'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 3, lost: 1 })
})

test('an event that is missing before a later one is lost, even if a fail-over then lost both', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3', 'epoch001-2')
  const before: Sight[] = [
    opened(35),
    open('epoch000-0'),
    received(1, 'epoch000-1'),
    received(3, 'epoch000-3'),
    { kind: 'closed', at: 36 },
  ]
  const after = [opened(37), open('epoch000-1'), received(4, 'epoch001-2')]
  expect(judgeSights([before, after], [record])).toMatchObject({ owed: 4, lost: 1 })
})

test('a gap tells of an event that nobody else knows, and that followed a fail-over', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'unknown', 'epoch001-3')
  const gap = { channel: CHANNEL, reason: 'trimmed', from: 'epoch001-2', to: 'epoch001-2' }
  const sights = [
    opened(25),
    open('epoch000-1'),
    told('runnel.gap', 'epoch001-2', { ...gap, missed: 1 }, 35),
    received(4, 'epoch001-3'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 1, lost: 0 })
})

test('a gap without bounds announces what followed the position of the subscriber, and no hole before it', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3', 'epoch000-4', 'epoch001-1')
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(3, 'epoch000-3'),
    unbound('epoch-lost', 'epoch001-0', 45),
    received(5, 'epoch001-1'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 4, announced: 1, lost: 1 })
})

test('two publishers may number their events alike where positions tell them apart', () => {
  const records = [recordOf('epoch000-1', 'epoch000-3'), recordOf('epoch000-2', 'epoch000-4')]
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(1, 'epoch000-2'),
    received(2, 'epoch000-3'),
    received(2, 'epoch000-4'),
  ]
  expect(judgeSights([sights], records)).toMatchObject({ owed: 4, lost: 0, corrupted: 0 })
})

test('a refused publish that arrives is corrupted, one of unknown outcome is not', () => {
  const record = recordOf('refused', 'unknown')
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(2, 'epoch000-2'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 2, lost: 0, corrupted: 1 })
})

test('an event that the log has at two positions is duplicated', () => {
  const record = recordOf('epoch000-1', 'unknown')
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(1, 'epoch000-2'),
    received(2, 'epoch000-3'),
    received(2, 'epoch000-4'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ lost: 0, duplicated: 2 })
})

test('without positions, what was due after the opening and accepted must come once', () => {
  const record = recordOf('', '', 'refused', '', 'unknown', '')
  const late = [opened(15), received(2, ''), received(6, ''), received(6, '')]
  expect(judgeSights([late], [record], false)).toEqual({
    owed: 3,
    lost: 1,
    announced: 0,
    notReplayed: 0,
    duplicated: 1,
    reordered: 0,
    corrupted: 0,
    falseGaps: 0,
  })
})

test('without positions, two publishers of one channel are refused', () => {
  expect(() => judgeSights([[opened(1)]], [recordOf(''), recordOf('')], false)).toThrow(
    'expected one publisher for each channel of a server without positions, got 2 for news',
  )
})

test('a subscriber that was closed is owed nothing after its last event, and its holes still count', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3', 'epoch000-4')
  const sights: Sight[] = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(3, 'epoch000-3'),
    { kind: 'closed', at: 35 },
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 3, lost: 1 })
})

test('an event that a fail-over has taken back is duplicated if it comes again', () => {
  const gap = {
    channel: CHANNEL,
    reason: 'diverged',
    from: 'epoch000-2',
    to: 'epoch000-2',
    missed: 1,
  }
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(2, 'epoch000-2'),
    told('runnel.gap', 'epoch000-1', gap, 25),
    received(2, 'epoch000-2'),
  ]
  const record = recordOf('epoch000-1', 'epoch000-2')
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 2, duplicated: 1, lost: 0 })
})

test('a subscriber that began ahead of the log is not owed what it stood after', () => {
  const sights = [opened(30), open('epoch000-2'), unbound('ahead', 'epoch000-1', 60)]
  const record = recordOf('epoch000-1', 'epoch000-2')
  expect(judgeSights([sights], [record])).toMatchObject({ lost: 0, falseGaps: 0 })
})

test('a gap announces nothing of an epoch that the subscriber comes to after it', () => {
  const sights = [
    opened(1),
    open('life0000-0'),
    unbound('epoch-lost', 'life0001-0', 8),
    received(1, 'epoch001-2'),
    received(2, 'epoch001-3'),
  ]
  expect(judgeSights([sights], [recordOf('unknown', 'epoch001-3')])).toMatchObject({
    owed: 3,
    lost: 1,
  })
})

test('an event that is missing where an epoch continues another is lost, though nobody knows it', () => {
  const record = recordOf('epoch000-1', 'unknown', 'epoch001-3')
  const sights = [opened(15), open('epoch000-1'), received(3, 'epoch001-3')]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 2, lost: 1 })
})

test('a gap back to an earlier position of an epoch that goes on is false, and what it repeats is duplicated', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3')
  for (const reason of ['ahead', 'epoch-lost']) {
    const sights = [
      opened(1),
      open('life0000-0'),
      received(1, 'epoch000-1'),
      received(2, 'epoch000-2'),
      unbound(reason, 'epoch000-0', 25),
      received(1, 'epoch000-1'),
      received(2, 'epoch000-2'),
      received(3, 'epoch000-3'),
    ]
    expect(judgeSights([sights], [record])).toMatchObject({
      owed: 3,
      lost: 0,
      duplicated: 2,
      falseGaps: 1,
    })
  }
})

test('an epoch that comes again after a gap called it lost makes the gap false', () => {
  const record = recordOf('epoch000-1', 'epoch000-2')
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    unbound('epoch-lost', 'life0001-0', 15),
    received(2, 'epoch000-2'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 2, lost: 0, falseGaps: 1 })
})

test('an event that was accepted without a position is lost for all who were there, unless it came', () => {
  const record = recordOf('epoch000-1', '', 'nonsense', 'epoch000-3')
  const early = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(2, 'epoch000-2'),
    received(4, 'epoch000-3'),
  ]
  const late = [opened(35), open('epoch000-2'), received(4, 'epoch000-3')]
  expect(judgeSights([early, late], [record])).toMatchObject({ owed: 5, lost: 1 })
})

test('a position that was given to two events is a loss of the one that did not come', () => {
  const record = recordOf('epoch000-1', 'epoch000-1')
  const first = [opened(1), open('life0000-0'), received(1, 'epoch000-1')]
  expect(judgeSights([first], [record])).toMatchObject({ lost: 1, corrupted: 0 })
  const second = [opened(1), open('life0000-0'), received(2, 'epoch000-1')]
  expect(judgeSights([second], [record])).toMatchObject({ lost: 0, corrupted: 1 })
})

test('what a fail-over had lost before a subscriber came is no loss of this subscriber', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch001-2', 'epoch001-3')
  const early = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(3, 'epoch001-2'),
    received(4, 'epoch001-3'),
  ]
  const late = [opened(35), open('epoch001-2'), received(4, 'epoch001-3')]
  expect(judgeSights([early, late], [record])).toMatchObject({ owed: 5, lost: 1 })
})

test('a repeat is found among events that fill a hole', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3')
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(3, 'epoch000-3'),
    unbound('ahead', 'epoch000-0', 35),
    received(1, 'epoch000-1'),
    received(2, 'epoch000-2'),
    received(3, 'epoch000-3'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 3, lost: 0, duplicated: 2 })
})

test('an epoch that is called lost in its own words, or beyond what the subscriber has, makes the gap false', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3')
  const bounds = { from: 'epoch000-2', to: 'epoch000-2', missed: 1 }
  const diverged = { channel: CHANNEL, reason: 'diverged', ...bounds }
  const gaps = [
    unbound('epoch-lost', 'epoch000-2', 25),
    told('runnel.gap', 'epoch000-1', diverged, 25),
  ]
  for (const gap of gaps) {
    const sights = [opened(1), open('life0000-0'), received(1, 'epoch000-1'), gap]
    expect(judgeSights([sights], [record])).toMatchObject({ falseGaps: 1 })
  }
})

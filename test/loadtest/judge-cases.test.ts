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
  expect(judgeSights([sights], [record])).toMatchObject({ expected: 3, delivered: 2, lost: 1 })
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
  expect(judgeSights([before, after], [record])).toMatchObject({ delivered: 3, lost: 1 })
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
  expect(judgeSights([sights], [record])).toMatchObject({ expected: 1, delivered: 1, lost: 0 })
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
  expect(judgeSights([sights], [record])).toMatchObject({ delivered: 3, announced: 1, lost: 1 })
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
  expect(judgeSights([sights], records)).toMatchObject({ delivered: 4, lost: 0, corrupted: 0 })
})

test('a refused publish that arrives is corrupted, one of unknown outcome is not', () => {
  const record = recordOf('refused', 'unknown')
  const sights = [
    opened(1),
    open('life0000-0'),
    received(1, 'epoch000-1'),
    received(2, 'epoch000-2'),
  ]
  expect(judgeSights([sights], [record])).toMatchObject({ delivered: 2, corrupted: 1 })
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
    expected: 3,
    delivered: 2,
    lost: 1,
    announced: 0,
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
  expect(judgeSights([sights], [record])).toMatchObject({ delivered: 2, lost: 1 })
})

test('more holes than are kept apart are still counted', () => {
  const numbers = Array.from({ length: 2_500 }, (_, index) => 2 * index + 1)
  const record = recordOf(...Array.from({ length: 4_999 }, (_, index) => `epoch000-${index + 1}`))
  const events = numbers.map((number) => received(number, `epoch000-${number}`))
  const sights = [opened(1), open('life0000-0'), ...events]
  expect(judgeSights([sights], [record])).toMatchObject({ delivered: 2_500, lost: 2_499 })
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
  expect(judgeSights([sights], [record])).toMatchObject({ delivered: 2, duplicated: 1, lost: 0 })
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
    delivered: 2,
    lost: 1,
  })
})

test('an event that is missing where an epoch continues another is lost, though nobody knows it', () => {
  const record = recordOf('epoch000-1', 'unknown', 'epoch001-3')
  const sights = [opened(15), open('epoch000-1'), received(3, 'epoch001-3')]
  expect(judgeSights([sights], [record])).toMatchObject({ delivered: 1, lost: 1 })
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
      delivered: 3,
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
  expect(judgeSights([sights], [record])).toMatchObject({ delivered: 2, falseGaps: 1 })
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
  expect(judgeSights([early, late], [record])).toMatchObject({ expected: 5, delivered: 4, lost: 1 })
})

test('a position that was given to two events is a loss of the one that did not come', () => {
  const record = recordOf('epoch000-1', 'epoch000-1')
  const first = [opened(1), open('life0000-0'), received(1, 'epoch000-1')]
  expect(judgeSights([first], [record])).toMatchObject({ lost: 1, corrupted: 0 })
  const second = [opened(1), open('life0000-0'), received(2, 'epoch000-1')]
  expect(judgeSights([second], [record])).toMatchObject({ lost: 0, corrupted: 1 })
})

test('a start from the earliest event is owed what the server keeps, wherever its first position is', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3')
  const sights = [opened(25), open('epoch000-2'), received(3, 'epoch000-3')]
  const lostFrom = (from: 'earliest' | 'latest' | number, history?: number) =>
    judgeSights([sights], [record], true, [{ from, ...(history !== undefined && { history }) }])
      .lost
  expect(lostFrom('earliest', 1_000)).toBe(2)
  expect(lostFrom(1, 1_000)).toBe(1)
  expect(lostFrom('earliest', 1)).toBe(1)
  expect(lostFrom('earliest')).toBe(0)
  expect(lostFrom('latest', 1_000)).toBe(0)
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
  expect(judgeSights([early, late], [record])).toMatchObject({ delivered: 4, lost: 1 })
})

test('a gap over what a subscriber gets that comes only later is false', () => {
  const record = recordOf('epoch000-1', 'epoch000-2')
  const bounds = { from: 'epoch000-1', to: 'epoch000-1', missed: 1 }
  const trimmed = { channel: CHANNEL, reason: 'trimmed', ...bounds }
  const early = [
    opened(1),
    open('life0000-0'),
    told('runnel.gap', 'epoch000-1', trimmed, 25),
    received(2, 'epoch000-2'),
  ]
  const falseGapsBeside = (at: number) => {
    const other = [opened(at), open('epoch000-0'), received(1, 'epoch000-1')]
    return judgeSights([early, [...other, received(2, 'epoch000-2')]], [record]).falseGaps
  }
  expect(falseGapsBeside(2)).toBe(0)
  expect(falseGapsBeside(30)).toBe(0)
  expect(falseGapsBeside(2_000_000)).toBe(1)
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
  expect(judgeSights([sights], [record])).toMatchObject({ delivered: 3, lost: 0, duplicated: 2 })
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

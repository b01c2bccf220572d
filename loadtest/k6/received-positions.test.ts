import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReceivedPositions, type AnnouncedGap } from './received-positions.ts'

/** `got`: the positions of events, and gaps, as they come. */
function after(start: string, got: readonly (string | AnnouncedGap)[]) {
  const received = new ReceivedPositions()
  received.startAt(start)
  for (const one of got) {
    if (typeof one === 'string') received.add(one)
    else received.announce(one)
  }
  received.end()
  const { lost, duplicated, reordered, corrupted } = received
  return { lost, duplicated, reordered, corrupted }
}

const NONE = { lost: 0, duplicated: 0, reordered: 0, corrupted: 0 }

test('dense positions are all there, on a channel that was never written too', () => {
  expect(after('life0000-0', ['epoch000-1', 'epoch000-2'])).toEqual(NONE)
  expect(after('epoch000-7', ['epoch000-8', 'epoch000-9'])).toEqual(NONE)
})

test('a missing event is lost, and reordered if it comes after all', () => {
  expect(after('epoch000-1', ['epoch000-4'])).toEqual({ ...NONE, lost: 2 })
  const late = ['epoch000-4', 'epoch000-3', 'epoch000-3']
  expect(after('epoch000-1', late)).toEqual({ ...NONE, lost: 1, reordered: 1, duplicated: 1 })
})

test('a position however far off is taken at once, and what it skips is lost', () => {
  const far = Number.MAX_SAFE_INTEGER
  expect(after('epoch000-1', [`epoch000-${far}`])).toEqual({ ...NONE, lost: far - 2 })
  const told = gap(2, 2, `epoch000-${far}`)
  expect(after('epoch000-1', [told])).toEqual({ ...NONE, lost: far - 2 })
})

test('an event of another history, or without a position, is corrupted', () => {
  expect(
    after('epoch000-1', ['epoch001-2', '', 'epoch000-x', 'epoch000-9007199254740992']),
  ).toEqual({ ...NONE, corrupted: 4 })
})

function gap(from: number | null, to: number | null, id: string): AnnouncedGap {
  return { id, from: positionOf(from), to: positionOf(to) }
}

function positionOf(offset: number | null): string | null {
  return offset === null ? null : `epoch000-${offset}`
}

test('what a gap announces is not lost, be it missed before or not', () => {
  const trimmed = gap(2, 5, 'epoch000-5')
  expect(after('epoch000-0', ['epoch000-1', trimmed, 'epoch000-6'])).toEqual(NONE)
  expect(after('epoch000-0', ['epoch000-1', 'epoch000-4', trimmed, 'epoch000-6'])).toEqual(NONE)
  // A fail-over has lost events that the subscriber has, and others take their places.
  const taken = ['epoch000-1', 'epoch000-2', 'epoch000-3', gap(2, 3, 'epoch000-1')]
  expect(after('epoch000-0', [...taken, 'epoch001-2', 'epoch001-3'])).toEqual(NONE)
  expect(after('epoch000-0', [...taken, 'epoch001-3'])).toEqual({ ...NONE, lost: 1 })
  const unbounded = gap(null, null, 'epoch001-4')
  expect(after('epoch000-0', ['epoch000-1', unbounded, 'epoch001-5'])).toEqual(NONE)
})

test('an event that is missing before a gap, and not announced by it, is lost', () => {
  const lost = ['epoch000-1', 'epoch000-4']
  expect(after('epoch000-0', [...lost, gap(5, 6, 'epoch000-6')])).toEqual({ ...NONE, lost: 2 })
  expect(after('epoch000-0', [...lost, gap(3, 6, 'epoch000-6')])).toEqual({ ...NONE, lost: 1 })
  const unbounded = gap(null, null, 'epoch001-4')
  const anew = [...lost, unbounded, 'epoch001-5', 'epoch001-6']
  expect(after('epoch000-0', anew)).toEqual({ ...NONE, lost: 2 })
})

test('an event between the bounds of a gap and its id, or the newest event, is lost', () => {
  const early = gap(2, 3, 'epoch000-5')
  expect(after('epoch000-0', ['epoch000-1', early, 'epoch000-6'])).toEqual({ ...NONE, lost: 2 })
  const late = gap(4, 5, 'epoch000-5')
  expect(after('epoch000-0', ['epoch000-1', late, 'epoch000-6'])).toEqual({ ...NONE, lost: 2 })
})

test('a gap behind the newest event does not excuse repeats, and one without a position is corrupted', () => {
  const got = ['epoch000-1', 'epoch000-2', 'epoch000-3']
  const old = gap(1, 1, 'epoch000-1')
  const again = [...got, old, 'epoch000-2', 'epoch000-3']
  expect(after('epoch000-0', again)).toEqual({ ...NONE, duplicated: 2 })
  expect(after('epoch000-3', [gap(4, 5, '')])).toEqual({ ...NONE, corrupted: 1 })
})

test('what is missing, repeated and late is counted exactly, in any sequence', () => {
  const offsets = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 30 })
  fc.assert(
    fc.property(offsets, (arrived) => {
      const firsts = new Set(arrived)
      const top = Math.max(0, ...arrived)
      const late = [...firsts].filter((offset) =>
        arrived.slice(0, arrived.indexOf(offset)).some((earlier) => earlier > offset),
      )
      expect(
        after(
          'epoch000-0',
          arrived.map((offset) => `epoch000-${offset}`),
        ),
      ).toEqual({
        lost: top - firsts.size,
        duplicated: arrived.length - firsts.size,
        reordered: late.length,
        corrupted: 0,
      })
    }),
  )
})

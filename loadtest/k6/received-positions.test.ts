import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReceivedPositions } from './received-positions.ts'

function after(start: string, positions: readonly string[]) {
  const received = new ReceivedPositions()
  received.startAt(start)
  for (const position of positions) received.add(position)
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

test('an event of another history, or without a position, is corrupted', () => {
  expect(after('epoch000-1', ['epoch001-2', '', 'epoch000-x'])).toEqual({ ...NONE, corrupted: 3 })
})

test('a gap covers what is missing within its bounds, and nothing else', () => {
  const received = new ReceivedPositions()
  received.startAt('epoch000-1')
  for (const position of ['epoch000-2', 'epoch000-5', 'epoch000-8']) received.add(position)
  received.takeGap({ id: 'epoch000-9', from: 'epoch000-6', to: 'epoch000-9' })
  expect(received).toMatchObject({ lost: 2, falseGaps: 1 })
  received.add('epoch000-10')
  received.takeGap({ id: 'epoch000-12', from: 'epoch000-11', to: 'epoch000-12' })
  received.takeGap({ id: 'epoch001-0', from: null, to: null })
  received.add('epoch001-1')
  received.end()
  expect(received).toMatchObject({ lost: 2, falseGaps: 1, duplicated: 0, corrupted: 0 })
})

test('a gap that moves a subscriber back, so that it gets the same again, is false', () => {
  const received = new ReceivedPositions()
  received.startAt('epoch000-0')
  for (const position of ['epoch000-1', 'epoch000-2']) received.add(position)
  received.takeGap({ id: 'epoch000-0', reason: 'unknown-cursor', from: null, to: null })
  expect(received.falseGaps).toBe(1)
})

test('a gap for a history that was lost takes back what a subscriber has', () => {
  const received = new ReceivedPositions()
  received.startAt('epoch000-0')
  for (const position of ['epoch000-1', 'epoch000-2']) received.add(position)
  const lost = { from: 'epoch000-2', to: 'epoch000-2' }
  received.takeGap({ id: 'epoch001-1', reason: 'diverged', ...lost })
  received.add('epoch001-2')
  received.end()
  expect(received).toMatchObject({ falseGaps: 0, lost: 0, corrupted: 0 })
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

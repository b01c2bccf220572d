import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_CHANNELS } from './channel.ts'
import { cursorOrNone, joinCursor, MAX_CURSOR_LENGTH, NO_POSITION, parseCursor } from './cursor.ts'
import { formatPosition, parsePosition } from './position.ts'

const positions = fc.record({
  epoch: fc.stringMatching(/^[0-9A-Za-z]{8}$/),
  offset: fc.maxSafeNat(),
})
const vectors = fc.array(positions, { minLength: 1, maxLength: MAX_CHANNELS })

function format(vector: readonly { epoch: string; offset: number }[]): string {
  return joinCursor(vector.map(({ epoch, offset }) => formatPosition(epoch, offset)))
}

test('a cursor comes back from its text and is never too long to be parsed', () => {
  fc.assert(
    fc.property(vectors, (vector) => {
      const text = format(vector)
      expect(text.length).toBeLessThanOrEqual(MAX_CURSOR_LENGTH)
      expect(parseCursor(text, vector.length)).toEqual(vector)
    }),
  )
})

test('a cursor of one channel is its position', () => {
  expect(joinCursor(['abcdefgh-7'])).toBe('abcdefgh-7')
  expect(parseCursor('abcdefgh-7', 1)).toEqual([{ epoch: 'abcdefgh', offset: 7 }])
})

test('a cursor of another number of channels is undefined', () => {
  fc.assert(
    fc.property(vectors, fc.integer({ min: 0, max: MAX_CHANNELS }), (vector, count) => {
      fc.pre(count !== vector.length)
      expect(parseCursor(format(vector), count)).toBeUndefined()
      expect(cursorOrNone(format(vector), count)).toBe(NO_POSITION)
      expect(cursorOrNone(format(vector), vector.length)).toBe(format(vector))
    }),
  )
})

test('a text is a cursor only if each of its parts is a position', () => {
  const part = fc.oneof(
    positions.map(({ epoch, offset }) => formatPosition(epoch, offset)),
    fc.constantFrom('', ' ', 'abcdefgh', '-1', 'abcdefgh-01', '\n', '*'),
  )
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: MAX_CHANNELS }), (parts) => {
      const parsed = parts.map(parsePosition)
      const expected = parsed.includes(undefined) ? undefined : parsed
      expect(parseCursor(parts.join('.'), parts.length)).toEqual(expected)
    }),
  )
})

test('a hostile cursor of many parts is undefined', () => {
  expect(parseCursor('.'.repeat(1_000_000), MAX_CHANNELS)).toBeUndefined()
  const extra = Array.from({ length: MAX_CHANNELS + 1 }, () => 'abcdefgh-1').join('.')
  expect(parseCursor(extra, MAX_CHANNELS)).toBeUndefined()
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCursor, NO_POSITION, parseCursor, readCursor, repeatCursor } from './cursor.ts'
import { MAX_CHANNELS, MAX_CURSOR_LENGTH } from './limits.ts'
import { formatPosition, parsePosition } from './position.ts'

const positions = fc.record({
  epoch: fc.stringMatching(/^[0-9A-Za-z]{8}$/),
  offset: fc.maxSafeNat(),
})
const vectors = fc.array(positions, { minLength: 1, maxLength: MAX_CHANNELS })

test('a cursor comes back from its text and is never too long to be parsed', () => {
  fc.assert(
    fc.property(vectors, (vector) => {
      const text = formatCursor(vector)
      expect(text.length).toBeLessThanOrEqual(MAX_CURSOR_LENGTH)
      expect(parseCursor(text, vector.length)).toEqual(vector)
    }),
  )
})

test('a cursor of one channel is its position', () => {
  expect(formatCursor([{ epoch: 'abcdefgh', offset: 7 }])).toBe('abcdefgh-7')
  expect(parseCursor('abcdefgh-7', 1)).toEqual([{ epoch: 'abcdefgh', offset: 7 }])
})

test('a cursor of another number of channels is undefined', () => {
  fc.assert(
    fc.property(vectors, fc.integer({ min: 0, max: MAX_CHANNELS }), (vector, count) => {
      fc.pre(count !== vector.length)
      expect(parseCursor(formatCursor(vector), count)).toBeUndefined()
      expect(readCursor(formatCursor(vector), count)).toBe('unknown')
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

test('a client is sent back with its own words, if they are a cursor of its channels', () => {
  const word = fc.stringMatching(/^[0-9A-Za-z]{8}-[0-9]{1,18}$/)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), fc.nat(4), (words, count) => {
      const text = words.join('.')
      const isCursor = words.length === count && words.every((each) => parsePosition(each))
      expect(repeatCursor(readCursor(text, count))).toBe(isCursor ? text : NO_POSITION)
    }),
  )
})

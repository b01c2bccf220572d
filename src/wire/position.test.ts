import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPosition, parsePosition } from './position.ts'

const epochs = fc.stringMatching(/^[0-9A-Za-z]{8}$/)
const offsets = fc.maxSafeNat()

test('a position comes back from its text', () => {
  fc.assert(
    fc.property(epochs, offsets, (epoch, offset) => {
      expect(parsePosition(formatPosition(epoch, offset))).toEqual({ epoch, offset })
    }),
    {
      examples: [
        ['00000000', 0],
        ['zzzzzzzz', Number.MAX_SAFE_INTEGER],
      ],
    },
  )
})

test('a text is a position only if formatting that position gives the same text', () => {
  const nearly = fc
    .tuple(fc.string({ maxLength: 9 }), fc.constantFrom('-', '--', '.', ''), fc.string())
    .map((parts) => parts.join(''))
  const numbered = fc
    .tuple(epochs, fc.stringMatching(/^[0-9+. en-]{0,18}$/))
    .map((parts) => parts.join('-'))
  fc.assert(
    fc.property(fc.oneof(nearly, numbered, fc.string({ unit: 'binary' })), (text) => {
      const position = parsePosition(text)
      const again = position && formatPosition(position.epoch, position.offset)
      expect(again ?? text).toBe(text)
    }),
  )
})

test.for([
  ['empty', ''],
  ['without an offset', 'abcdefgh-'],
  ['without a dash', 'abcdefgh1'],
  ['with a short epoch', 'abcdefg-1'],
  ['with a long epoch', 'abcdefghi-1'],
  ['with a foreign character in the epoch', 'abcd_fgh-1'],
  ['with a non-ASCII digit', 'abcdefgh-١'],
  ['with a leading zero', 'abcdefgh-01'],
  ['with a sign', 'abcdefgh-+1'],
  ['with a negative offset', 'abcdefgh--1'],
  ['with a fraction', 'abcdefgh-1.5'],
  ['with an exponent', 'abcdefgh-1e3'],
  ['with an offset of 2^53', 'abcdefgh-9007199254740992'],
  ['with an offset of 17 digits', 'abcdefgh-10000000000000000'],
  ['with a line break at its end', 'abcdefgh-1\n'],
  ['with a space before it', ' abcdefgh-1'],
])('a text %s is no position', ([, text]) => {
  expect(parsePosition(text ?? '')).toBeUndefined()
})

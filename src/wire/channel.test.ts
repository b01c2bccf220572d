import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { channelOrder, isChannelName } from './channel.ts'
import { MAX_CHANNEL_LENGTH } from './limits.ts'

const ALLOWED = /[A-Za-z0-9._~:-]/

const allowedText = fc.stringMatching(/^[A-Za-z0-9._~:-]{1,128}$/)

test('any text of allowed characters is a channel name, except the two that proxies resolve', () => {
  fc.assert(
    fc.property(allowedText, (text) => {
      expect(isChannelName(text)).toBe(text !== '.' && text !== '..')
    }),
    { examples: [['.'], ['..'], ['...'], ['.a'], ['a'.repeat(MAX_CHANNEL_LENGTH)]] },
  )
})

test('one character outside the allowed ones makes a text no channel name', () => {
  const foreign = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
  fc.assert(
    fc.property(allowedText, foreign, fc.nat(), (text, character, at) => {
      fc.pre(!ALLOWED.test(character))
      const cut = at % (text.length + 1)
      expect(isChannelName(text.slice(0, cut) + character + text.slice(cut))).toBe(false)
    }),
    { examples: [['orders', '\n', 6]] },
  )
})

test('an empty name and one beyond the longest are no channel names', () => {
  expect(isChannelName('')).toBe(false)
  expect(isChannelName('a'.repeat(MAX_CHANNEL_LENGTH + 1))).toBe(false)
})

test('the order of channels is byte order without duplicates, however they are named', () => {
  const named = fc
    .array(allowedText)
    .chain((names) =>
      fc.tuple(
        fc.constant(names),
        fc.shuffledSubarray([...names, ...names], { minLength: names.length * 2 }),
      ),
    )
  fc.assert(
    fc.property(named, ([names, shuffled]) => {
      const ordered = channelOrder(names)
      const bytes = ordered.map((name) => Buffer.from(name))
      for (const [i, name] of bytes.slice(1).entries()) {
        expect(Buffer.compare(bytes[i] ?? name, name)).toBe(-1)
      }
      expect(new Set(ordered)).toEqual(new Set(names))
      expect(channelOrder(shuffled)).toEqual(ordered)
    }),
  )
})

test('upper case sorts before lower case, and digits before both', () => {
  expect(channelOrder(['b', 'a', 'B', '1', 'a'])).toEqual(['1', 'B', 'a', 'b'])
})

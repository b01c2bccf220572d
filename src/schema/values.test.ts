/**
 * The service checks names and cursors by the rules of `wire`, and `schema` describes them. Both have their limits from
 * one place, so these tests compare the two with each other, and with the numbers of the contract.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isChannelName } from '../wire/channel.ts'
import { parseCursor } from '../wire/cursor.ts'
import { encodeEvent } from '../wire/encode.ts'
import { eventNameFault } from '../wire/event-name.ts'
import { parsePosition } from '../wire/position.ts'
import { channelName, cursor, eventName, position, retry } from './values.ts'

/** As in the contract. */
const MAX_CHANNELS = 16
const MAX_EVENT_NAME_BYTES = 128

const RUNS = { numRuns: 1_000 }

const character = fc.oneof(
  fc.constantFrom('.', '-', '~', ':', '_', ' ', '\n', '\0', '\u0085', '\u007F', '0', '9', 'a', 'Z'),
  fc.constantFrom('é', '€', '🚀', '\uD800', '\uDC00'),
  fc.string({ unit: 'binary', maxLength: 2 }),
)

/** Arbitrary texts, and those of `valid` with up to two changes. */
function near(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.nat(), removed: fc.nat({ max: 2 }), added: character })
  const changed = fc.tuple(valid, fc.array(change, { maxLength: 2 })).map(([text, changes]) =>
    changes.reduce((before, { at, removed, added }) => {
      const cut = at % (before.length + 1)
      return before.slice(0, cut) + added + before.slice(cut + removed)
    }, text),
  )
  return fc.oneof(
    { arbitrary: changed, weight: 4 },
    { arbitrary: fc.string({ unit: 'binary' }), weight: 1 },
  )
}

const channelNames = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._~:-]{1,8}$/),
  fc.stringMatching(/^[A-Za-z0-9._~:-]{126,129}$/),
)

test('a text is a channel name by the schema exactly if the service takes it', () => {
  fc.assert(
    fc.property(near(channelNames), (text) => {
      expect(isChannelName(text)).toBe(channelName.safeParse(text).success)
    }),
    { ...RUNS, examples: [[''], ['.'], ['..'], ['...'], ['a'.repeat(128)], ['a'.repeat(129)]] },
  )
})

const eventNames = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.stringMatching(/^[a-z ]{126,129}$/),
  fc.constantFrom('runnel.', 'runnel.open', 'runnel', 'error', 'open', 'opened', 'message'),
)

test('a text is an event name by the schema exactly if it may be published', () => {
  fc.assert(
    fc.property(near(eventNames), (text) => {
      // A JSON schema counts characters, and cannot state the bound in bytes.
      const isShort = Buffer.byteLength(text) <= MAX_EVENT_NAME_BYTES
      expect(eventNameFault(text) === undefined).toBe(eventName.safeParse(text).success && isShort)
    }),
    {
      ...RUNS,
      examples: [
        [''],
        ['error'],
        ['open'],
        ['runnel.'],
        ['\uD800'],
        ['a\u0085'],
        ['a'.repeat(129)],
      ],
    },
  )
})

const positions = fc
  .tuple(
    fc.stringMatching(/^[0-9A-Za-z]{8}$/),
    fc.oneof(
      fc.bigInt({ min: 0n, max: 20n }),
      fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
      fc.bigInt({ min: 0n, max: 10n ** 17n }),
    ),
  )
  .map(([epoch, offset]) => `${epoch}-${offset}`)

/** The pattern of a position bounds the digits of the offset, and not its value. */
function areOffsetsSafe(text: string): boolean {
  const offsets = text.split('.').map((part) => part.split('-')[1] ?? '')
  return offsets.every((offset) => BigInt(offset) < 2n ** 53n)
}

test('a text is a position by the schema exactly if the service parses it', () => {
  fc.assert(
    fc.property(near(positions), (text) => {
      const isDescribed = position.safeParse(text).success && areOffsetsSafe(text)
      expect(parsePosition(text) !== undefined).toBe(isDescribed)
    }),
    { ...RUNS, examples: [['abcdefgh-0'], ['abcdefgh-01'], ['abcdefgh-'], ['abcdefgh-1\n']] },
  )
})

const cursors = fc.oneof(
  fc.array(positions, { minLength: 1, maxLength: 3 }),
  fc.array(positions, { minLength: MAX_CHANNELS - 1, maxLength: MAX_CHANNELS + 1 }),
)

function cursorOf(channels: number): string {
  return Array.from({ length: channels }, () => 'abcdefgh-1').join('.')
}

test('a text is a cursor by the schema exactly if the service parses it, for some number of channels', () => {
  fc.assert(
    fc.property(near(cursors.map((parts) => parts.join('.'))), (text) => {
      const counts = Array.from({ length: MAX_CHANNELS }, (_, index) => index + 1)
      const isParsed = counts.some((count) => parseCursor(text, count) !== undefined)
      expect(isParsed).toBe(cursor.safeParse(text).success && areOffsetsSafe(text))
    }),
    {
      ...RUNS,
      examples: [
        [cursorOf(MAX_CHANNELS)],
        [cursorOf(MAX_CHANNELS + 1)],
        ['abcdefgh-1.abcdefgh-01'],
        ['none'],
        [''],
      ],
    },
  )
})

test('the limits are those of the contract, to the last one', () => {
  expect([128, 129].map((length) => isChannelName('a'.repeat(length)))).toEqual([true, false])
  const faults = [128, 129].map((length) => eventNameFault('a'.repeat(length)))
  expect(faults).toEqual([undefined, expect.any(String)])
  const isCursor = [16, 17].map((channels) => cursor.safeParse(cursorOf(channels)).success)
  expect(isCursor).toEqual([true, false])
})

function isWritten(value: number): boolean {
  try {
    return encodeEvent({ retry: value, data: '' }) !== ''
  } catch {
    return false
  }
}

test('a number is a retry by the schema exactly if the encoder writes it', () => {
  const max = retry.maxValue!
  const numbers = fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.integer({ min: max - 2, max: max + 2 }),
    fc.double(),
  )
  fc.assert(
    fc.property(numbers, (value) => {
      expect(isWritten(value)).toBe(retry.safeParse(value).success)
    }),
    { examples: [[-1], [0], [0.5], [max], [max + 1]] },
  )
})

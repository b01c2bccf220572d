import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

test.for([
  ['250ms', 250],
  ['15s', 15_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['0s', 0],
  ['90s', 90_000],
] as const)('%s is %d ms, and is written the same way again unless shorter', ([text, value]) => {
  expect(parseDuration(text)).toBe(value)
  expect(formatDuration(value)).toBe(text)
})

test.for([
  '',
  '15',
  '1.5s',
  '-1s',
  '1h30m',
  '15 s',
  '15S',
  's',
  '1d',
  '0x1s',
  '1e3ms',
  '9'.repeat(30),
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test('a duration too long to count exactly is refused', () => {
  expect(parseDuration(`${Number.MAX_SAFE_INTEGER}ms`)).toBe(Number.MAX_SAFE_INTEGER)
  expect(parseDuration(`${Number.MAX_SAFE_INTEGER}s`)).toBeUndefined()
})

test('every duration survives being written', () => {
  const wholeUnits = fc
    .tuple(fc.nat(), fc.constantFrom(1, 1000, 60_000, 3_600_000))
    .map(([count, unit]) => count * unit)
  fc.assert(
    fc.property(fc.oneof(wholeUnits, fc.maxSafeNat()), (milliseconds) => {
      expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds)
    }),
  )
})

test('part of a millisecond cannot be written', () => {
  expect(() => formatDuration(0.5)).toThrow('expected whole milliseconds, got 0.5')
})

import { expect, test } from 'vitest'
import { duration, isShorter } from './duration.ts'

test.for([
  ['0s', '1ms', true],
  ['999ms', '1s', true],
  ['1000ms', '1s', false],
  ['59s', '1m', true],
  ['60s', '1m', false],
  ['61s', '1m', false],
  ['59m', '1h', true],
  ['60m', '1h', false],
  ['soon', '1h', true],
  ['1h', 'later', true],
] as const)('whether %s is shorter than %s: %s', ([one, other, expected]) => {
  expect(isShorter(one, other)).toBe(expected)
})

test.for([
  ['50ms', true],
  ['49ms', false],
  ['10m', true],
  ['600s', true],
  ['601s', false],
  ['1', false],
  ['1.5s', false],
  ['1m30s', false],
  [' 1s', false],
  ['1s\n', false],
  ['1d', false],
] as const)('%j is from 50ms to 10m: %s', ([text, expected]) => {
  expect(duration('50ms', '10m', 'A time.').safeParse(text).success).toBe(expected)
})

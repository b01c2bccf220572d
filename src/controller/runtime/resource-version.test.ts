import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAtLeast } from './resource-version.ts'

test('resource versions are numbers of any length', () => {
  const version = fc.bigInt({ min: 1n, max: 10n ** 30n })
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(isAtLeast(`${a}`, `${b}`)).toBe(a >= b)
    }),
  )
})

test('of what is no number, only equal versions are in order', () => {
  expect(isAtLeast('abc', 'abc')).toBe(true)
  expect(isAtLeast('abc', 'abb')).toBe(false)
  expect(isAtLeast('abc', '1')).toBe(false)
  expect(isAtLeast('2', '01')).toBe(false)
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSize, parseSize } from './size.ts'

test.for([
  ['0', 0],
  ['1000', 1000],
  ['64KiB', 65_536],
  ['16MiB', 16_777_216],
  ['1GiB', 1_073_741_824],
] as const)('%s is %d bytes', ([text, value]) => {
  expect(parseSize(text)).toBe(value)
  expect(formatSize(value)).toBe(text)
})

test.for(['', '64KB', '64K', '64kib', '1.5MiB', '-1', '64 KiB', 'KiB', '1e3', '9'.repeat(30)])(
  '%j is no size',
  (text) => {
    expect(parseSize(text)).toBeUndefined()
  },
)

test('every size survives being written', () => {
  const wholeUnits = fc
    .tuple(fc.nat({ max: 2 ** 20 }), fc.constantFrom(1, 1024, 1024 ** 2, 1024 ** 3))
    .map(([count, unit]) => count * unit)
  fc.assert(
    fc.property(fc.oneof(wholeUnits, fc.maxSafeNat()), (bytes) => {
      expect(parseSize(formatSize(bytes))).toBe(bytes)
    }),
  )
})

test('part of a byte cannot be written', () => {
  expect(() => formatSize(0.5)).toThrow('expected whole bytes, got 0.5')
})

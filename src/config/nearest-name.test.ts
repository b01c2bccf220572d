import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countSlips, findNearest } from './nearest-name.ts'

test.for([
  ['MAX_STREAM', 'MAX_STREAMS'],
  ['MAXSTREAMS', 'MAX_STREAMS'],
  ['MAX_STRAEMS', 'MAX_STREAMS'],
  ['RETRIES', undefined],
  ['RETYR', undefined],
  ['RETY', 'RETRY'],
  ['', undefined],
] as const)('%j suggests %j', ([written, nearest]) => {
  expect(findNearest(written, ['MAX_STREAMS', 'RETRY'])).toBe(nearest)
})

test('slips are a metric: none only for equal texts, the same both ways, no shortcuts', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      expect(countSlips(a, b) === 0).toBe(a === b)
      expect(countSlips(a, b)).toBe(countSlips(b, a))
      expect(countSlips(a, c)).toBeLessThanOrEqual(countSlips(a, b) + countSlips(b, c))
      expect(countSlips(a, `${a}${b}`)).toBe(b.length)
    }),
  )
})

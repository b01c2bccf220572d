import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countSlips, didYouMean, findNearest } from './nearest-name.ts'

test.for([
  ['MAX_STREAM', 'MAX_STREAMS'],
  ['MAXSTREAMS', 'MAX_STREAMS'],
  ['MAX_STRAEMS', 'MAX_STREAMS'],
  ['RETRIES', undefined],
  ['RETYR', 'RETRY'],
  ['RETYX', undefined],
  ['RETY', 'RETRY'],
  ['rety', 'RETRY'],
  ['Retry', 'RETRY'],
  ['max', 'MAX_STREAMS'],
  ['MAX', 'MAX_STREAMS'],
  ['MA', undefined],
  ['', undefined],
] as const)('%j suggests %j', ([written, nearest]) => {
  expect(findNearest(written, ['MAX_STREAMS', 'RETRY'])).toBe(nearest)
})

test('a beginning that fits several names suggests none', () => {
  expect(findNearest('MAX_', ['MAX_STREAMS', 'MAX_POLLS'])).toBeUndefined()
})

test('two neighbours that are swapped are one slip, anywhere in a name', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 2, maxLength: 8 })
  fc.assert(
    fc.property(text, fc.nat(), (name, place) => {
      const at = place % (name.length - 1)
      const swapped = name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2)
      expect(countSlips(swapped, name)).toBe(swapped === name ? 0 : 1)
    }),
  )
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

test('the end of a message names the neighbour, if there is one', () => {
  expect(didYouMean('tial', ['tail', 'check'])).toBe(': did you mean tail?')
  expect(didYouMean('x', ['tail'])).toBe('')
})

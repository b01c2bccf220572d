import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { wrapDoc } from './wrap-doc.ts'

test('a paragraph is broken between words, each line after the indent', () => {
  expect(wrapDoc('one two three', 9, '  ')).toBe('  one two\n  three')
})

test('no word is lost, and no line is wider than asked unless one word is', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 })
  fc.assert(
    fc.property(words, fc.integer({ min: 4, max: 40 }), (list, columns) => {
      const lines = wrapDoc(list.join(' '), columns, '  ').split('\n')

      expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(list)
      expect(lines.filter((line) => line.length > columns && line.trim().includes(' '))).toEqual([])
    }),
  )
})

test('backticks are left out', () => {
  expect(wrapDoc('see `runnel explain`', 80)).toBe('see runnel explain')
})

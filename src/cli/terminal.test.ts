import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable } from './terminal.ts'

const pieces = fc.constantFrom(
  ['\u001b', '\\u001b'],
  ['\0', '\\u0000'],
  ['\r', '\\u000d'],
  ['\u007f', '\\u007f'],
  ['\u009b', '\\u009b'],
  ['\t', '\t'],
  ['\\', '\\'],
  ['é😀', 'é😀'],
  [' [2J', ' [2J'],
)

test('control characters but the tab are shown by their number, and nothing else is changed', () => {
  fc.assert(
    fc.property(fc.array(pieces), (list) => {
      const written = list.map(([text]) => text).join('')
      expect(printable(written)).toBe(list.map(([, shown]) => shown).join(''))
    }),
  )
})

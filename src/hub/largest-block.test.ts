import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { largestBlock, roughLargestBlock } from './largest-block.ts'

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\n', '\0', '\u0001', '"', '\\', '\u007F', '\u2028', '€', '🚀', 'x'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 3_000,
})
const name = fc.oneof(
  fc.constant('message'),
  fc.constant('"'.repeat(128)),
  fc.string({ unit: fc.constantFrom('\\', '"', 'é', 'x'), minLength: 1, maxLength: 64 }),
)

test('the rough bound is never below the exact one', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{1,128}$/), name, text, (channel, event, data) => {
      const sent = { name: event, data }
      expect(roughLargestBlock(sent)).toBeGreaterThanOrEqual(largestBlock(channel, sent))
    }),
    {
      examples: ['\n', '\u0001', '€', '🚀'].map((unit) => [
        'c'.repeat(128),
        '"'.repeat(128),
        unit.repeat(3_000),
      ]),
    },
  )
})

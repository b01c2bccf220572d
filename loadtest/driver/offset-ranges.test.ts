import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countOffsets,
  includesOffset,
  intersect,
  rangeOf,
  rangesOf,
  subtract,
  unite,
  uniteAll,
  type OffsetRanges,
} from './offset-ranges.ts'

const offsets = fc.uniqueArray(fc.nat({ max: 40 }))

function inAnyOrder(all: readonly number[]): OffsetRanges {
  return all.reduce<OffsetRanges>((ranges, offset) => unite(ranges, rangeOf(offset, offset)), [])
}

function offsetsOf(ranges: OffsetRanges): Set<number> {
  return new Set(
    Array.from({ length: 50 }, (_, offset) => offset).filter((offset) =>
      includesOffset(ranges, offset),
    ),
  )
}

test('ranges hold what a set of their offsets would', () => {
  fc.assert(
    fc.property(offsets, offsets, (a, b) => {
      const [ofA, ofB] = [inAnyOrder(a), inAnyOrder(b)]
      expect(offsetsOf(unite(ofA, ofB))).toEqual(new Set([...a, ...b]))
      expect(offsetsOf(intersect(ofA, ofB))).toEqual(new Set(a.filter((one) => b.includes(one))))
      expect(offsetsOf(subtract(ofA, ofB))).toEqual(new Set(a.filter((one) => !b.includes(one))))
      expect(countOffsets(ofA)).toBe(a.length)
      expect(uniteAll(a.map((offset) => rangeOf(offset, offset)))).toEqual(ofA)
      expect(rangesOf(a.toSorted((one, other) => one - other))).toEqual(ofA)
    }),
  )
})

test('ranges stay ascending, and never touch', () => {
  fc.assert(
    fc.property(offsets, offsets, (a, b) => {
      const all = [unite(inAnyOrder(a), inAnyOrder(b)), subtract(inAnyOrder(a), inAnyOrder(b))]
      for (const ranges of all) {
        for (const [index, { from, to }] of ranges.entries()) {
          expect(from).toBeLessThanOrEqual(to)
          expect(from).toBeGreaterThan((ranges[index - 1]?.to ?? -2) + 1)
        }
      }
    }),
  )
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { between, jittered } from './jitter.ts'

/** What a source may draw: 0, the largest number below 1, and any between. */
const drawn = fc.oneof(
  fc.constantFrom(0, 1 - 2 ** -53),
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
)
const time = fc.nat({ max: 3_600_000 })

test('between: a whole number within the bounds, whatever is drawn', () => {
  fc.assert(
    fc.property(time, time, drawn, (one, other, value) => {
      const [min, max] = [Math.min(one, other), Math.max(one, other)]
      const wait = between(min, max, () => value)
      expect(Number.isInteger(wait)).toBe(true)
      expect(wait).toBeGreaterThanOrEqual(min)
      expect(wait).toBeLessThanOrEqual(max)
    }),
  )
})

test('jittered: a whole number from 50 to 150 % of a time, whatever is drawn', () => {
  fc.assert(
    fc.property(time, drawn, (milliseconds, value) => {
      const wait = jittered(milliseconds, () => value)
      expect(Number.isInteger(wait)).toBe(true)
      expect(wait).toBeGreaterThanOrEqual(milliseconds * 0.5)
      expect(wait).toBeLessThanOrEqual(milliseconds * 1.5)
    }),
  )
})

test.each([
  { name: 'between', draw: () => between(200, 1_000), min: 200, max: 1_000 },
  { name: 'jittered', draw: () => jittered(3_000), min: 1_500, max: 4_500 },
])('$name: whole numbers between the bounds, evenly', ({ draw, min, max }) => {
  const values = Array.from({ length: 10_000 }, draw)

  for (const value of values) expect(Number.isInteger(value)).toBe(true)
  expect(Math.min(...values)).toBeGreaterThanOrEqual(min)
  expect(Math.max(...values)).toBeLessThanOrEqual(max)
  // Each tenth of the range gets its share, give or take a half.
  for (let part = 0; part < 10; part++) {
    const from = min + ((max - min) * part) / 10
    const count = values.filter((value) => value >= from && value < from + (max - min) / 10).length
    expect(count).toBeGreaterThan(500)
    expect(count).toBeLessThan(1_500)
  }
})

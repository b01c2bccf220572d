import { expect, test } from 'vitest'
import { between, jittered } from './jitter.ts'

test.each([
  { name: 'between', draw: () => between(200, 1_000), min: 200, max: 1_000 },
  { name: 'jittered', draw: () => jittered(3_000), min: 1_500, max: 4_500 },
])('$name: whole numbers between the bounds, evenly', ({ draw, min, max }) => {
  const drawn = Array.from({ length: 10_000 }, draw)

  for (const value of drawn) expect(Number.isInteger(value)).toBe(true)
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(min)
  expect(Math.max(...drawn)).toBeLessThanOrEqual(max)
  // Each tenth of the range gets its share, give or take a half.
  for (let part = 0; part < 10; part++) {
    const from = min + ((max - min) * part) / 10
    const count = drawn.filter((value) => value >= from && value < from + (max - min) / 10).length
    expect(count).toBeGreaterThan(500)
    expect(count).toBeLessThan(1_500)
  }
})

test('a jittered zero is zero', () => {
  expect(jittered(0)).toBe(0)
})

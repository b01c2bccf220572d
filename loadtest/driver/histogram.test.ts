import { expect, test } from 'vitest'
import { Histogram } from './histogram.ts'

test('histograms of several intervals are merged, exact to a thousandth', () => {
  const merged = new Histogram()
  const part = new Histogram()
  for (let value = 1; value <= 100_000; value++) {
    part.record(value)
    if (value % 1_000 !== 0) continue
    merged.add(part.encode())
    part.reset()
  }
  expect(merged.count).toBe(100_000)
  for (const percent of [1, 50, 99, 99.9]) {
    expect(merged.percentile(percent)! / (percent * 1_000)).toBeCloseTo(1, 2)
  }
  expect(merged.max! / 100_000).toBeCloseTo(1, 2)
})

test('a histogram without values has no percentiles, and encodes to nothing', () => {
  const histogram = new Histogram()
  expect(histogram.percentile(99)).toBeUndefined()
  expect(histogram.max).toBeUndefined()
  expect(histogram.encode()).toEqual([])
})

test('durations out of range count as the nearest that fits', () => {
  const histogram = new Histogram()
  histogram.record(-5)
  histogram.record(1e12)
  expect(histogram.count).toBe(2)
  expect(histogram.max! / 3_600e6).toBeCloseTo(1, 2)
})

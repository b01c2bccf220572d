import { beforeEach, expect, test } from 'vitest'
import { CatchUps } from './catch-ups.ts'
import { Histogram } from './histogram.ts'

let histogram: Histogram
let catchUps: CatchUps

beforeEach(() => {
  histogram = new Histogram()
  catchUps = new CatchUps(histogram)
})

test('a replay that drips takes up to its last event, whatever comes later', () => {
  catchUps.opened(100, 110)
  for (const [due, at] of [
    [10, 120],
    [20, 400],
    [105, 900],
    [111, 1_000],
    [2_000, 2_000],
  ] as const) {
    catchUps.delivery(due, at)
  }
  expect([histogram.count, histogram.max]).toEqual([1, 800])
  expect(catchUps.isCatchingUp).toBe(false)
})

test('who was owed nothing has no time to catch up', () => {
  catchUps.opened(100, 110)
  catchUps.delivery(110, 500)
  catchUps.opened(600, 610)
  catchUps.finish()
  expect(histogram.count).toBe(0)
})

test('a replay over several streams takes from the attempt at the first one', () => {
  catchUps.opened(100, 110)
  catchUps.delivery(10, 120)
  catchUps.opened(200, 210)
  catchUps.delivery(20, 300)
  catchUps.opened(400, 410)
  catchUps.delivery(105, 450)
  catchUps.delivery(205, 460)
  catchUps.delivery(410, 470)
  // Of the three, each up to the last event that was due before it opened.
  expect([histogram.count, histogram.max]).toEqual([3, 350])
  expect(histogram.percentile(0)).toBe(60)
})

test('a replay that nothing follows ends with the run', () => {
  catchUps.opened(100, 110)
  catchUps.delivery(10, 700)
  expect(histogram.count).toBe(0)
  catchUps.finish()
  expect([histogram.count, histogram.max]).toEqual([1, 600])
})

test('of a stream that ends again and again, the first openings count', () => {
  for (let opening = 0; opening < 1_000; opening++) catchUps.opened(100 + opening, 110 + opening)
  catchUps.delivery(1, 2_000)
  catchUps.finish()
  expect([histogram.count, histogram.percentile(0), histogram.max]).toEqual([100, 1_801, 1_900])
})

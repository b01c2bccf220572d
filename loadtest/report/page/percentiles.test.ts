import { describe, expect, it } from 'vitest'
import { countOf, distributionOf, timeAt } from './percentiles.ts'

/** 1 to 100 ms, once each, in any order. */
const HUNDRED = Array.from({ length: 100 }, (_, index) => [(100 - index) * 1_000, 1]).flat()

describe('a distribution of times', () => {
  it.each([
    [0.5, 50],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
    [0, 1],
  ])('has at %s the time that this share does not exceed', (share, time) => {
    expect(timeAt(distributionOf(HUNDRED), share)).toBe(time)
  })

  it('counts what was measured', () => {
    expect(countOf([1_000, 3, 2_000, 0, 3_000, 4])).toBe(7)
  })

  it('is empty where nothing was', () => {
    expect(distributionOf([])).toEqual([])
    expect(timeAt([], 0.5)).toBeUndefined()
  })
})

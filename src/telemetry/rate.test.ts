import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Rate } from './rate.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('a rate is the growth of the count per second, over the last five seconds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { minLength: 2, maxLength: 20 }), (growth) => {
      let count = 0
      const rate = new Rate(() => count)
      rate.start()
      const counts: number[] = []
      for (const more of growth) {
        count += more
        counts.push(count)
        vi.advanceTimersByTime(1_000)
      }
      const window = counts.slice(-6)
      const total = (window.at(-1) ?? 0) - (window[0] ?? 0)
      expect(rate.perSecond).toBeCloseTo(total / (window.length - 1))
      rate.close()
    }),
  )
})

test('the rate is zero before there are two samples', () => {
  const rate = new Rate(() => 1_000)
  rate.start()

  expect(rate.perSecond).toBe(0)
  vi.advanceTimersByTime(1_000)
  expect(rate.perSecond).toBe(0)
  rate.close()
})

test('a rate asks only from its start to its close', () => {
  const count = vi.fn<() => number>(() => 0)
  const rate = new Rate(count)

  vi.advanceTimersByTime(10_000)
  rate.start()
  rate.close()
  vi.advanceTimersByTime(10_000)

  expect(count).not.toHaveBeenCalled()
})

import { afterEach, expect, test, vi } from 'vitest'
import { toWallTime } from './wall-time.ts'

const HOUR = 3_600_000

afterEach(() => {
  vi.restoreAllMocks()
})

function setClock(time: number): void {
  vi.spyOn(Date, 'now').mockReturnValue(time)
  vi.spyOn(performance, 'now').mockReturnValue(5_000)
}

test('times keep their distance while the clock drifts a little', () => {
  setClock(HOUR)
  const before = toWallTime(4_000)
  setClock(HOUR + 20)
  expect(toWallTime(4_500)).toBe(before + 500)
})

test('a clock that was set gives the times that it shows', () => {
  setClock(HOUR)
  expect(toWallTime(5_000)).toBe(HOUR)
  setClock(3 * HOUR)
  expect(toWallTime(5_000)).toBe(3 * HOUR)
  setClock(2 * HOUR)
  expect(toWallTime(4_000)).toBe(2 * HOUR - 1_000)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { monotonicClock, sleep } from './clock.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('a time that no timer of Node can wait for does not come at once', () => {
  const callback = vi.fn<() => void>()
  const cancel = monotonicClock.after(2 ** 40, callback)
  vi.advanceTimersByTime(24 * 3_600_000)
  expect(callback).not.toHaveBeenCalled()
  cancel()
  expect(vi.getTimerCount()).toBe(0)
})

test('a sleep ends with its signal, and leaves no timer', async () => {
  const closing = new AbortController()
  const asleep = sleep(monotonicClock, 3_600_000, closing.signal)
  expect(vi.getTimerCount()).toBe(1)
  closing.abort()
  await asleep
  await sleep(monotonicClock, 3_600_000, closing.signal)
  expect(vi.getTimerCount()).toBe(0)
})

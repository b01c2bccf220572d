import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pause } from './pause.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('a pause with an aborted signal ends at once', async () => {
  expect(await pause(2 ** 30, AbortSignal.abort())).toBeUndefined()
})

test('a pause ends when its time is over or it is aborted, and leaves nothing on the signal', async () => {
  const { signal } = new AbortController()
  const whole = pause(1_000, signal)
  await vi.advanceTimersByTimeAsync(1_000)
  await whole
  expect(getEventListeners(signal, 'abort')).toEqual([])

  const controller = new AbortController()
  const aborted = pause(1_000, controller.signal)
  controller.abort()
  await aborted
  expect(vi.getTimerCount()).toBe(0)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KedaPresence } from './keda-presence.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('KEDA may come and go, and a look that fails changes nothing', async () => {
  const news: string[] = []
  const serves = vi.fn<() => Promise<boolean>>().mockResolvedValue(false)
  const keda = new KedaPresence({
    cluster: { serves },
    onFound: () => news.push('found'),
    onLost: () => news.push('lost'),
    onError: () => news.push('failed'),
  })
  await keda.start()
  expect(keda.isFound).toBe(false)

  serves.mockResolvedValue(true)
  await vi.advanceTimersToNextTimerAsync()
  await vi.advanceTimersToNextTimerAsync()
  expect(keda.isFound).toBe(true)
  serves.mockRejectedValue(new Error('no answer'))
  await vi.advanceTimersToNextTimerAsync()
  expect(keda.isFound).toBe(true)
  serves.mockResolvedValue(false)
  await vi.advanceTimersToNextTimerAsync()

  expect(keda.isFound).toBe(false)
  expect(news).toEqual(['found', 'failed', 'lost'])
  keda.close()
  expect(vi.getTimerCount()).toBe(0)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CapacityMonitor } from './capacity-monitor.ts'
import type { CapacityFacts } from './capacity-status.ts'

const FACTS: Omit<CapacityFacts, 'pressure'> = {
  subscribers: 0,
  limit: 10,
  fleet: { kind: 'alone' },
  isLogReachable: true,
  isDraining: false,
  retry: 3_000,
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('the status is there from the beginning, and the load of the start is no pressure', () => {
  const monitor = new CapacityMonitor(() => FACTS)

  expect(monitor.status).toMatchObject({ status: 'ok', pod: { subscribers: 0, limit: 10 } })
  expect(vi.getTimerCount()).toBe(0)
})

test('the facts are read once a second, however often the status is asked for', () => {
  let subscribers = 0
  const readFacts = vi.fn<() => typeof FACTS>(() => ({ ...FACTS, subscribers }))
  const monitor = new CapacityMonitor(readFacts)
  monitor.start()

  subscribers = 10
  for (let count = 0; count < 100; count++) expect(monitor.status.pod.subscribers).toBe(0)
  vi.advanceTimersByTime(999)
  expect(monitor.status.pod.subscribers).toBe(0)
  vi.advanceTimersByTime(1)
  expect(monitor.status.pod.subscribers).toBe(10)
  expect(readFacts).toHaveBeenCalledTimes(2)

  monitor.close()
  vi.advanceTimersByTime(5_000)
  expect(readFacts).toHaveBeenCalledTimes(2)
})

import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { limitConnections } from './connection-limit.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

function limitedServer() {
  const limits = { maxStreams: 10, maxPolls: 20, maxPublishes: 30 }
  const reports: number[] = []
  const server = createServer()
  limitConnections(server, { limits: () => limits, onDropped: (count) => reports.push(count) })
  const closeIdle = vi.spyOn(server, 'closeIdleConnections')
  const drop = (count: number) => {
    for (let dropped = 0; dropped < count; dropped++) server.emit('drop')
  }
  return { server, limits, reports, closeIdle, drop }
}

test('the bound follows the present limits', () => {
  const { server, limits } = limitedServer()
  expect(server.maxConnections).toBe(10 + 20 + 30 + 256)
  limits.maxPolls = 100
  expect(server.maxConnections).toBe(10 + 100 + 30 + 256)
})

test('dropped connections are reported once a minute, each once', () => {
  const { reports, drop } = limitedServer()
  drop(3)
  expect(reports).toEqual([1])
  vi.advanceTimersByTime(59_000)
  drop(4)
  expect(reports).toEqual([1])
  vi.advanceTimersByTime(2_000)
  drop(1)
  expect(reports).toEqual([1, 7])
  vi.advanceTimersByTime(61_000)
  drop(1)
  expect(reports).toEqual([1, 7, 1])
})

test('idle connections are closed no more than once a second, however many are dropped', () => {
  const { closeIdle, drop } = limitedServer()
  drop(100)
  expect(closeIdle).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1_000)
  drop(100)
  expect(closeIdle).toHaveBeenCalledTimes(2)
})

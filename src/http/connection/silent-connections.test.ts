import { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SilentConnections } from './silent-connections.ts'

const TIMEOUT = 100

let refused: Socket[]
let silent: SilentConnections

beforeEach(() => {
  vi.useFakeTimers()
  refused = []
  silent = new SilentConnections({ timeout: TIMEOUT, refuse: (socket) => refused.push(socket) })
})

afterEach(() => {
  vi.useRealTimers()
})

test('each connection is refused when its own time is over', () => {
  const [first, second, third] = [new Socket(), new Socket(), new Socket()]
  silent.add(first)
  vi.advanceTimersByTime(60)
  silent.add(second)
  vi.advanceTimersByTime(39)
  expect(refused).toEqual([])
  vi.advanceTimersByTime(1)
  expect(refused).toEqual([first])
  silent.add(third)
  vi.advanceTimersByTime(59)
  expect(refused).toEqual([first])
  vi.advanceTimersByTime(1)
  expect(refused).toEqual([first, second])
  vi.advanceTimersByTime(40)
  expect(refused).toEqual([first, second, third])
  expect(vi.getTimerCount()).toBe(0)

  const last = new Socket()
  silent.add(last)
  vi.advanceTimersByTime(TIMEOUT)
  expect(refused.at(-1)).toBe(last)
})

test('a connection that has sent something is not refused, and those behind it are', () => {
  const [first, second] = [new Socket(), new Socket()]
  silent.add(first)
  vi.advanceTimersByTime(60)
  silent.add(second)
  silent.delete(first)
  vi.advanceTimersByTime(99)
  expect(refused).toEqual([])
  vi.advanceTimersByTime(1)
  expect(refused).toEqual([second])
})

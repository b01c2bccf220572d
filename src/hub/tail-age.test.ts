import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openTail } from '../../test/support/open-tail.ts'
import { MemoryLog } from '../log/memory/memory-log.ts'

const HOUR = 3_600_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('the log still knows a position in a channel that was unwritten for days', async () => {
  const bounds = {
    historyEvents: 10,
    historyAge: HOUR,
    historyBytes: 1e6,
    logBytes: 1e6,
    maxChannels: 9,
  }
  const log = new MemoryLog(() => bounds)
  log.start()
  const tail = await openTail(log, 'alerts')

  for (let hour = 0; hour < 50; hour++) {
    vi.advanceTimersByTime(HOUR + 1_000)
    tail.evictIdle(performance.now())
    await Promise.resolve()
  }
  // Handed out by this process, and judged by another that has just opened the channel.
  const position = { epoch: tail.epochAt(0), offset: 0 }
  const elsewhere = await openTail(log, 'alerts')
  await log.append('alerts', [{ name: 'message', data: 'first' }])

  expect(elsewhere.resume(position)).toEqual({ after: 0, gaps: [] })
  await vi.waitFor(() => expect(tail.top).toBe(1))
  expect(tail.generation).toBe(0)
  await log.close()
})

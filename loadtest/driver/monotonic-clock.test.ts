import { expect, test, vi } from 'vitest'

/** Microseconds within which two clocks count as the same. */
const TOLERANCE = 1_000

test('a process that is stopped while it starts has the same clock as all others', async () => {
  const { hrtime } = process
  const stopping = vi.spyOn(process, 'hrtime').mockImplementationOnce(() => {
    const time = hrtime()
    const end = performance.now() + 50
    while (performance.now() < end);
    return time
  })
  const { monotonicNow } = await import('./monotonic-clock.ts')
  stopping.mockRestore()

  const before = Number(hrtime.bigint()) / 1e3
  const now = monotonicNow()
  const after = Number(hrtime.bigint()) / 1e3
  expect(now).toBeGreaterThan(before - TOLERANCE)
  expect(now).toBeLessThan(after + TOLERANCE)
})

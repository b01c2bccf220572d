import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect, test, vi } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { isUnderPressure, Pressure } from './pressure.ts'

test.each([
  [{ utilization: 0, delay: 0 }, false],
  [{ utilization: 0.85, delay: 250 }, false],
  [{ utilization: 0.86, delay: 0 }, true],
  [{ utilization: 0, delay: 251 }, true],
  [{ utilization: 1, delay: 10_000 }, true],
  // A sample over no time at all.
  [{ utilization: Number.NaN, delay: 0 }, false],
])('%o is pressure: %s', (sample, expected) => {
  expect(isUnderPressure(sample)).toBe(expected)
})

test('a sample holds nothing of the delays before the last one', async () => {
  const pressure = new Pressure()
  pressure.start()
  using readings = watchReadings()
  // So many that they stay in the highest hundredth of all delays until the test gives up.
  for (let count = 0; count < 8; count++) {
    block(150)
    await readings.next()
  }
  expect(pressure.sample().delay).toBeGreaterThan(100)
  await vi.waitFor(() => expect(pressure.sample().delay).toBeLessThan(100), {
    timeout: 8_000,
    interval: 200,
  })
  pressure.close()
})

test('a loop that is blocked is under pressure, one that idles is not', async () => {
  const pressure = new Pressure()
  pressure.start()
  using readings = watchReadings()
  await readings.next()
  pressure.sample()

  block(600)
  await readings.next()
  const blocked = pressure.sample()
  expect(blocked.utilization > 0.85 || blocked.delay > 250).toBe(true)

  await vi.waitFor(
    () => {
      const { utilization, delay } = pressure.sample()
      expect(utilization).toBeLessThan(0.5)
      expect(delay).toBeLessThan(100)
    },
    { timeout: 20_000, interval: 200 },
  )
  pressure.close()
})

test('each sample is of the time since the last one alone', async () => {
  const pressure = new Pressure()
  pressure.start()
  using readings = watchReadings()
  let blocked = pressure.sample()
  await vi.waitFor(async () => {
    block(300)
    await readings.next()
    blocked = pressure.sample()
    expect(blocked.delay).toBeGreaterThan(100)
  })
  // No timer could be late between the two.
  expect(pressure.sample().delay).toBeLessThan(blocked.delay)

  block(1_000)
  pressure.sample()
  const idle: number[] = []
  for (let count = 0; count < 5; count++) {
    await readings.next()
    idle.push(pressure.sample().utilization)
  }
  // With the block in it, it would be four fifths or more.
  expect(Math.min(...idle)).toBeLessThan(0.6)
  pressure.close()
})

/** Waits for readings of the delay: those of a histogram that reads as often as the one under test, and started later. */
function watchReadings() {
  const delays = monitorEventLoopDelay({ resolution: 20 })
  delays.enable()
  return {
    async next(): Promise<void> {
      const before = delays.count
      await eventually(() => expect(delays.count).toBeGreaterThan(before))
    },
    [Symbol.dispose]: () => void delays.disable(),
  }
}

/** Keeps the event loop busy for so many ms. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

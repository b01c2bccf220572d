import { expect, test } from 'vitest'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { EventThrottle } from './event-throttle.ts'

test('objects of which nothing was said for long are forgotten', async () => {
  const clock = new ManualClock()
  const throttle = new EventThrottle(clock)
  for (let count = 0; count < 1_000; count++) throttle.admit(`object ${count}`, 'Created')
  await clock.advance(20 * 60_000)

  throttle.admit('another', 'Created')

  expect(throttle.size).toBe(1)
})

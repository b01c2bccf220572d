import { expect, test } from 'vitest'
import { FakeLoadTest } from './fake-load-test.ts'
import { reconnectStorm } from './reconnect-storm.ts'

test.each([
  [1, 500],
  [100, 500],
  [300, 600],
  [5_000, 5_000],
])('with %d channels, %d events come while nobody listens', async (channels, events) => {
  const load = new FakeLoadTest({ ...reconnectStorm.defaults, channels })
  await reconnectStorm.run(load)
  expect(load.backlog).toBe(events)
})

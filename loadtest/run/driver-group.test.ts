import { expect, test } from 'vitest'
import { DriverGroup } from './driver-group.ts'
import { FakeDriver } from './fake-driver.ts'

test('a driver that does not answer does not hold up the judgement for ever', async () => {
  const [publisher, subscriber] = [createDriver(), createDriver()]
  subscriber.judgesUntilStop = true
  const drivers = new DriverGroup(publisher, [subscriber], 0.5)
  await expect(drivers.judge(0)).rejects.toThrow(
    'no judgement came within 0.5 s: a driver does not answer',
  )
})

test('each driver judges by what the subscribers of all drivers know', async () => {
  const subscribers = [createDriver(), createDriver()]
  for (const [index, driver] of subscribers.entries()) {
    driver.seen = [{ channel: `channel ${index}`, epochs: [], numbers: [] }]
  }
  await new DriverGroup(createDriver(), subscribers).judge(0)
  const all = subscribers.flatMap(({ seen }) => seen)
  expect(subscribers.map(({ seenByOthers }) => seenByOthers)).toEqual([all, all])
})

function createDriver(): FakeDriver {
  return new FakeDriver({ onTally: () => {}, onEnd: () => {} })
}

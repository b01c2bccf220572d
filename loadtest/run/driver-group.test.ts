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

function createDriver(): FakeDriver {
  return new FakeDriver({ onTally: () => {}, onEnd: () => {} })
}

import { expect, test } from 'vitest'
import { measurePaced } from '../../bench/rows/measure-fan-out.ts'
import { startFaultyServer } from '../loadtest/faulty-server.ts'
import { describeServer } from './fake-server.ts'

const AMOUNTS = {
  rounds: 1,
  isSmokeTest: true,
  rehearsed: 1,
  warmUp: 0.1,
  measured: 0.5,
  arrivalLimit: 5,
}
const FAN_OUT = { channels: 1, subscribers: 5, rate: 20 }

test('a server uses CPU while events are published, and what it uses until they have arrived is for its deliveries', async () => {
  const cpuTimes = { before: 10, lastPublished: 10.5, allArrived: 12 }
  const readings = Object.values(cpuTimes)
  const start = async () => ({
    ...describeServer(await startFaultyServer({ kind: 'none' }), 'runnel'),
    // On a busy machine events may be late, which is another test's matter.
    holdsBack: 60_000,
    cpuTime: () => readings.shift()!,
  })

  const { coreShare, seconds, deliveries, deliveriesPerCpuSecond } = await measurePaced(
    { version: '1', start },
    FAN_OUT,
    AMOUNTS,
  )

  expect(coreShare * seconds).toBeCloseTo(0.5)
  expect(deliveries / deliveriesPerCpuSecond).toBeCloseTo(2)
})

import { expect, test } from 'vitest'
import { measureOpening } from '../../bench/rows/opening.ts'
import { startFaultyServer } from '../loadtest/faulty-server.ts'
import { describeServer } from './fake-server.ts'

const AMOUNTS = {
  rounds: 1,
  isSmokeTest: true,
  rehearsed: 1,
  warmUp: 0,
  measured: 0,
  arrivalLimit: 5,
}
const FLOW = { streams: 10, warmUpStreams: 5 }

test('opening and closing streams cost what the server uses meanwhile, without the event between', async () => {
  const cpuTimes = { warm: 10, allOpen: 10.6, eventArrived: 15, allClosed: 15.3 }
  const readings = Object.values(cpuTimes)
  const start = async () => ({
    ...describeServer(await startFaultyServer({ kind: 'none' }), 'runnel'),
    cpuTime: () => readings.shift()!,
  })

  const { opening, both } = await measureOpening({ version: '1', start }, FLOW, AMOUNTS)

  expect(opening).toBeCloseTo(60_000)
  expect(both).toBeCloseTo(90_000)
})

test('streams that only seem open have no cost', async () => {
  const start = async () =>
    describeServer(await startFaultyServer({ kind: 'drop', every: 2 }), 'runnel')
  await expect(measureOpening({ version: '1', start }, FLOW, AMOUNTS)).rejects.toThrow(
    '10 of 10 deliveries are missing',
  )
})

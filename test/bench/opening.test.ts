import { expect, test } from 'vitest'
import { measureOpening } from '../../bench/rows/opening.ts'
import { startFaultyServer, type Fault } from '../loadtest/faulty-server.ts'
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

async function start(fault: Fault) {
  return describeServer(await startFaultyServer(fault), 'runnel')
}

test('opening and closing streams cost what the server uses meanwhile, without the event between', async () => {
  const cpuTimes = { warm: 10, allOpen: 10.6, eventArrived: 15, allClosed: 15.3 }
  const readings = Object.values(cpuTimes)
  const startMeasured = async () => ({
    ...(await start({ kind: 'none' })),
    cpuTime: () => readings.shift()!,
  })
  const prepared = { version: '1', start: startMeasured }

  const { opening, both } = await measureOpening(prepared, FLOW, AMOUNTS)

  expect(opening).toBeCloseTo(60_000)
  expect(both).toBeCloseTo(90_000)
})

test('streams that only seem open have no cost', async () => {
  const prepared = { version: '1', start: async () => start({ kind: 'drop', every: 2 }) }
  await expect(measureOpening(prepared, FLOW, AMOUNTS)).rejects.toThrow(
    '10 of 10 deliveries are missing',
  )
})

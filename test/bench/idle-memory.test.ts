import { expect, test } from 'vitest'
import { measureIdle } from '../../bench/rows/idle-streams.ts'
import { startFaultyServer } from '../loadtest/faulty-server.ts'
import { describeServer } from './fake-server.ts'

const STREAMS = 10
const AMOUNTS = {
  rounds: 1,
  isSmokeTest: true,
  rehearsed: 1,
  warmUp: 0,
  measured: 0,
  arrivalLimit: 5,
}

test('resident memory is read before garbage is collected, and the heap with and without the streams', async () => {
  const calls: string[] = []
  const resident = [1_000, 2_000, 5_000]
  const heap = [900, 700]
  const start = async () => ({
    ...describeServer(await startFaultyServer({ kind: 'none' }), 'runnel'),
    residentMemory: () => {
      calls.push('resident')
      return resident.shift()!
    },
    heap: async () => {
      calls.push('heap')
      return heap.shift()
    },
  })

  const idle = await measureIdle({ version: '1', start }, STREAMS, STREAMS, AMOUNTS)

  expect(calls).toEqual(['resident', 'resident', 'resident', 'heap', 'heap'])
  expect(idle).toMatchObject({ base: 1_000, rss: 3_000 / STREAMS, heap: 200 / STREAMS })
})

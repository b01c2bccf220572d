import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { PUBLISH_COST } from '../../bench/rows/publish-cost.ts'
import { listenLocally } from '../support/local-server.ts'
import { describeServer } from './fake-server.ts'

const AMOUNTS = {
  rounds: 1,
  isSmokeTest: true,
  rehearsed: 10,
  warmUp: 0,
  measured: 1,
  arrivalLimit: 1,
}

/** A server for which each publish takes a millisecond of CPU. */
async function startServer(status: number) {
  let requests = 0
  const server = createServer((incoming, response) => {
    requests++
    incoming.resume().on('end', () => response.writeHead(status).end())
  })
  return { ...describeServer(await listenLocally(server), 'nchan'), cpuTime: () => requests / 1e3 }
}

async function measure(status: number) {
  return PUBLISH_COST.measure({ version: '1', start: async () => startServer(status) }, AMOUNTS)
}

// nchan answers so where a channel has no subscribers.
test.for([200, 202])(
  'the cost of a publish that is answered %d is that of each',
  async (status) => {
    const { paced, fast } = await measure(status)
    expect(paced).toBeCloseTo(1_000)
    expect(fast).toBeCloseTo(1_000)
  },
)

test('a server that refuses publishes has no cost', async () => {
  await expect(measure(403)).rejects.toThrow('expected every publish to be accepted, 50 were not')
})

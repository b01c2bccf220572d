import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import type { Amounts } from '../../bench/amounts.ts'
import type { Contender } from '../../bench/contenders/contender.ts'
import { fanOutFigures, fanOutValues } from '../../bench/rows/fan-out-figures.ts'
import { measurePaced } from '../../bench/rows/measure-fan-out.ts'
import type { Row } from '../../bench/rows/row.ts'
import { runRounds } from '../../bench/run-rounds.ts'
import type { DialectName } from '../../loadtest/driver/commands.ts'
import { startFaultyServer, type Fault } from '../loadtest/faulty-server.ts'
import { describeServer } from './fake-server.ts'
import { listenLocally } from '../support/local-server.ts'

const AMOUNTS: Amounts = {
  rounds: 2,
  isSmokeTest: true,
  rehearsed: 1,
  warmUp: 0.2,
  measured: 0.8,
  arrivalLimit: 1,
}
const FAN_OUT = { channels: 1, subscribers: 10, rate: 50 }
/** Of the warm-up, in which the first fault of a server falls. */
const DELIVERIES = FAN_OUT.rate * AMOUNTS.warmUp * FAN_OUT.subscribers

interface Server extends AsyncDisposable {
  readonly url: string
}

/** What a row says of a contender, which is started anew for each round. */
async function measure(open: () => Promise<Server>, dialect: DialectName, holdsBack = 0) {
  const start = async () => {
    return { ...describeServer(await open(), dialect), holdsBack }
  }
  const prepared = { version: '1', start }
  const contender: Contender = { name: 'one', title: 'One', prepare: async () => prepared }
  const row: Row = {
    name: 'small',
    title: 'a small fan-out',
    contenders: [contender],
    comparison: 'first ÷ other',
    figures: fanOutFigures(),
    measure: async (ready, amounts) => fanOutValues(await measurePaced(ready, FAN_OUT, amounts)),
  }
  const ready = new Map([[contender, prepared]])
  const [measured] = await runRounds([row], ready, AMOUNTS, () => undefined)
  return measured!.entries[0]!
}

async function measureFault(fault: Fault, holdsBack?: number) {
  return measure(async () => startFaultyServer(fault), 'runnel', holdsBack)
}

test('an honest server has figures of each round', async () => {
  // On a busy machine even this one may be late, which is another test's matter.
  const { values, refused } = await measureFault({ kind: 'none' }, 60_000)
  expect(refused).toBeUndefined()
  expect(values).toHaveLength(AMOUNTS.rounds)
})

test('a server that drops an event has no figures, and the row says how many deliveries', async () => {
  const { values, refused } = await measureFault({ kind: 'drop', every: 7 })
  expect(refused).toBe(`${FAN_OUT.subscribers} of ${DELIVERIES} deliveries are missing`)
  expect(values).toEqual([])
})

test('a server that repeats an event has no figures', async () => {
  const { values, refused } = await measureFault({ kind: 'repeat', every: 7 })
  expect(refused).toBe(
    `${FAN_OUT.subscribers} of ${DELIVERIES} deliveries are repeated, out of order or changed`,
  )
  expect(values).toEqual([])
})

test('a server that is later than the next event has no figures', async () => {
  const { values, refused } = await measureFault({ kind: 'delay', by: 300 })
  expect(refused).toMatch(/^it fell behind 50 events\/s: expected a median latency under 20 ms/)
  expect(values).toEqual([])
})

test('a server that refuses streams has no figures', async () => {
  const { values, refused } = await measure(async () => startRefusing('GET'), 'plain')
  expect(refused).toBe(`expected ${FAN_OUT.subscribers} streams to open, got 0`)
  expect(values).toEqual([])
})

test('a server that refuses publishes has no figures', async () => {
  const { values, refused } = await measure(async () => startRefusing('POST'), 'plain')
  const events = FAN_OUT.rate * AMOUNTS.warmUp
  expect(refused).toBe(`expected every publish to be accepted, ${events} were not`)
  expect(values).toEqual([])
})

async function startRefusing(method: 'GET' | 'POST'): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method === method) response.writeHead(503).end()
    else if (request.method === 'POST') response.writeHead(204).end()
    else response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
  })
  return listenLocally(server)
}

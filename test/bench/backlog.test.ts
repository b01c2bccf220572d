import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { measureBacklog } from '../../bench/rows/backlog.ts'
import { startFaultyServer } from '../loadtest/faulty-server.ts'
import { describeServer } from './fake-server.ts'
import { listenLocally } from '../support/local-server.ts'

const AMOUNTS = {
  rounds: 1,
  isSmokeTest: true,
  rehearsed: 1,
  warmUp: 0,
  measured: 0,
  arrivalLimit: 1,
}
const BACKLOG = { streams: 4, events: 20, limit: 1, warmUpStreams: 2, warmUpLimit: 1 }

type Replay = (events: readonly string[], after: number | undefined) => readonly string[]

const HONEST: Replay = (events, after) => (after === undefined ? [] : events.slice(after))

/** Keeps what is published, without positions: an event is named by its number. */
async function startKeeping(replay: Replay) {
  const events: string[] = []
  const streams = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const receive = async () => {
      events.push(`id: ${events.length + 1}\ndata: ${await text(request)}\n\n`)
      for (const stream of streams) stream.write(events.at(-1)!)
      response.writeHead(204).end()
    }
    if (request.method === 'POST') void receive()
    else {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
      const lastId = request.headers['last-event-id']
      const missed = replay(events, lastId === undefined ? undefined : Number(lastId))
      if (missed.length > 0) response.write(missed.join(''))
      streams.add(response)
      response.on('close', () => streams.delete(response))
    }
  })
  return listenLocally(server)
}

async function measure(replay: Replay) {
  const start = async () => describeServer(await startKeeping(replay), 'plain')
  return measureBacklog({ version: '1', start }, BACKLOG, AMOUNTS)
}

test('a backlog costs what the server uses while the streams resume, and each read of its log counts', async () => {
  const cpuTimes = [10, 10.8]
  const reads = [3, 5]
  const start = async () => ({
    ...describeServer(await startFaultyServer({ kind: 'none' }), 'runnel'),
    cpuTime: () => cpuTimes.shift()!,
    logReads: async () => reads.shift()!,
  })
  const values = await measureBacklog({ version: '1', start }, BACKLOG, AMOUNTS)
  expect(values['stream']).toBeCloseTo(200_000)
  expect(values['event']).toBeCloseTo(10_000)
  expect(values['reads']).toBe(2)
})

test('a server without positions has figures if it replays all', async () => {
  expect(await measure(HONEST)).not.toHaveProperty('reads')
})

test.for<[string, Replay, string]>([
  ['knows no cursors', () => [], 'expected 40 events of the backlog, got 0'],
  [
    'leaves out the first event',
    (events, after) => HONEST(events, after).slice(1),
    'expected 40 events of the backlog, got 38',
  ],
  [
    'repeats the event of the cursor',
    (events, after) => (after === undefined ? [] : events.slice(after - 1)),
    '2 of 40 deliveries are repeated, out of order or changed',
  ],
  [
    'repeats the last event',
    (events, after) =>
      HONEST(events, after).flatMap((each, at) => (at === 19 ? [each, each] : [each])),
    '2 of 40 deliveries are repeated, out of order or changed',
  ],
  [
    'replays two events in the wrong order',
    (events, after) => {
      const [first = '', second = '', ...rest] = HONEST(events, after)
      return [second, first, ...rest]
    },
    'deliveries are repeated, out of order or changed',
  ],
])('a server that %s has no figures', async ([, replay, reason]) => {
  await expect(measure(replay)).rejects.toThrow(reason)
})

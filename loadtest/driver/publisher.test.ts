import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { endsWithParent } from '../../rig/servers/ends-with-parent.ts'
import { DIALECTS } from './dialects.ts'
import { Endpoint } from './endpoint.ts'
import { monotonicNow } from './monotonic-clock.ts'
import { createPublishPool } from './publish-pool.ts'
import { PublishRecord } from './publish-record.ts'
import { Publisher } from './publisher.ts'
import { TallyRecorder } from './tally-recorder.ts'

const CHANNELS = ['a', 'b']

async function startPublisher(listener: RequestListener, connections = 8, deadline?: number) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const parts = await createPublisher(url, connections, deadline)
  return {
    ...parts,
    async [Symbol.asyncDispose]() {
      await parts.pool.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}

async function createPublisher(url: string, connections: number, deadline?: number) {
  const headers = {}
  const address = {
    dialect: 'runnel' as const,
    url,
    publishUrl: url,
    headers,
    publishHeaders: headers,
    connectTo: [],
  }
  const pool = createPublishPool(await Endpoint.resolve(address), connections)
  const record = new PublishRecord(CHANNELS)
  const tally = new TallyRecorder()
  const publisher = new Publisher({
    pool,
    dialect: DIALECTS.runnel,
    address,
    basePath: '',
    channels: CHANNELS,
    runId: 'test',
    record,
    tally,
    ...(deadline !== undefined && { deadline }),
  })
  return { publisher, pool, record, tally }
}

/** The URL of a server that is stopped, with room for two connections that it does not accept. */
async function startStoppedServer() {
  const script = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
    console.log(this.address().port)
    process.kill(process.pid, 'SIGSTOP')
  })`
  // It could not notice that the tests are killed.
  const [file, ...args] = endsWithParent([process.execPath, '-e', script])
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return `http://127.0.0.1:${port.toString().trim()}`
}

/** Accepts publishes at positions 1, 2, 3 … */
function accepting(): RequestListener {
  let offset = 0
  return (_request, response) => {
    response.end(JSON.stringify({ ids: [`epoch000-${++offset}`] }))
  }
}

/** Answers none of the first requests. */
function acceptingFrom(number: number): RequestListener {
  const answer = accepting()
  let requests = 0
  return (request, response) => {
    if (requests++ >= number) answer(request, response)
  }
}

test('events are due at fixed times, whatever the server does, and their latency counts from then', async () => {
  const answer = accepting()
  // The server holds all publishes of the first part back, with fewer connections than events.
  const held: (() => void)[] = []
  let isHolding = true
  await using run = await startPublisher((request, response) => {
    if (isHolding)
      held.push(() => {
        answer(request, response)
      })
    else answer(request, response)
    if (held.length < 4 || !isHolding) return
    setTimeout(() => {
      isHolding = false
      for (const release of held) release()
    }, 400)
  }, 4)
  await run.publisher.publish({ rate: 100, seconds: 1, bytes: 60 }, new AbortController().signal)
  const dues = run.record.channels.flatMap((channel) => channel.dues).toSorted((a, b) => a - b)
  expect(dues).toHaveLength(100)
  for (const [index, due] of dues.entries()) expect(due - dues[0]!).toBeCloseTo(index * 10_000, 0)
  const { counts, histograms } = run.tally
  expect(counts.published).toBe(100)
  // The first event waits for all of the stall; those that were due in it and queued here wait for what is left of it.
  expect(histograms.publish.max).toBeGreaterThan(400_000)
  expect(histograms.publish.percentile(75)).toBeGreaterThan(100_000)
})

test('the outcome of each publish is recorded by channel and number, and none is repeated', async () => {
  const bodies: string[] = []
  let requests = 0
  await using run = await startPublisher((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => bodies.push(text))
    request.on('end', () => {
      const turn = requests++
      if (turn === 0) response.end('{"ids":["epoch000-1"]}')
      else if (turn === 1) response.writeHead(413).end()
      else if (turn === 2) response.writeHead(503).end()
      else if (turn === 3) response.destroy()
      else if (turn === 4) response.writeHead(202).end('{"ids":["epoch000-2"]}')
      else response.end('{"ids":["epoch000-2"]}')
    })
  })
  const command = { events: 3, bytes: 60, inFlight: 1 }
  await run.publisher.publishAtOnce(command, new AbortController().signal)
  expect(run.record.channels.map(({ outcomes }) => outcomes)).toEqual([
    ['epoch000-1', 'unknown', 'unknown'],
    ['refused', 'unknown', 'epoch000-2'],
  ])
  expect(bodies.map((body) => body.split('.')[2])).toEqual(['1', '1', '2', '2', '3', '3'])
  expect(run.tally.counts).toMatchObject({
    published: 2,
    refusedPublishes: 1,
    unknownPublishes: 3,
  })
})

test('a backlog is in no latency, since each of its events waits for an earlier one', async () => {
  const stamps: string[] = []
  const answer = accepting()
  await using run = await startPublisher((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => stamps.push(text.split('.')[1] ?? ''))
    request.on('end', () => answer(request, response))
  })
  const { signal } = new AbortController()
  const began = monotonicNow()
  await run.publisher.publishAtOnce({ events: 2, bytes: 60, inFlight: 1 }, signal)
  expect(stamps).toHaveLength(4)
  expect(run.tally.histograms.publish.count).toBe(0)
  expect(run.tally.counts).toMatchObject({ due: 4, published: 4 })
  // When they were published is known all the same, to the judge and to who gets them.
  const dues = run.record.channels.flatMap((channel) => channel.dues)
  expect(Math.min(...dues)).toBeGreaterThanOrEqual(began)
  const sent = dues.toSorted((a, b) => a - b).map((due) => `~${Math.round(due)}`)
  expect(stamps).toEqual(sent)
})

test('a stop ends a publish early', async () => {
  await using run = await startPublisher(accepting())
  const stop = new AbortController()
  const running = run.publisher.publish({ rate: 10, seconds: 3_600, bytes: 60 }, stop.signal)
  stop.abort()
  await running
  expect(run.tally.counts.published).toBeLessThan(5)
})

test('an event that is accepted without a position counts as unknown, and its record says that it was accepted', async () => {
  await using started = await startPublisher((_request, response) => response.end('{"ids":[]}'))
  const { publisher, record, tally } = started
  await publisher.publishAtOnce({ events: 1, bytes: 50, inFlight: 1 }, new AbortController().signal)
  expect(record.channels.map(({ outcomes }) => outcomes)).toEqual([[''], ['']])
  expect(tally.counts).toMatchObject({ published: 0, unknownPublishes: 2 })
})

test.for([
  ['is not answered', () => undefined],
  ['has an answer without an end', (_request, response) => void response.write('{"ids":')],
] as const satisfies [string, RequestListener][])(
  'the outcome of a publish that %s is unknown, also of those that wait for a connection',
  async ([, listener]) => {
    await using run = await startPublisher(listener, 2, 200)
    const { signal } = new AbortController()
    await run.publisher.publish({ rate: 200, seconds: 0.5, bytes: 60 }, signal)
    const outcomes = run.record.channels.flatMap((channel) => channel.outcomes)
    expect(outcomes).toEqual(Array(100).fill('unknown'))
    expect(run.tally.counts).toMatchObject({ published: 0, unknownPublishes: 100 })
  },
)

test('the outcome of a publish is unknown in time even where the server takes no further connection', async () => {
  const { publisher, pool, tally } = await createPublisher(await startStoppedServer(), 8, 200)
  const { signal } = new AbortController()
  await publisher.publish({ rate: 200, seconds: 0.5, bytes: 60 }, signal)
  expect(tally.counts).toMatchObject({ published: 0, unknownPublishes: 100 })
  await pool.destroy()
})

test('a publish that is given up leaves its connection to later ones', async () => {
  await using run = await startPublisher(acceptingFrom(1), 1, 1_000)
  const { signal } = new AbortController()
  await run.publisher.publish({ rate: 10, seconds: 0.1, bytes: 60 }, signal)
  await run.publisher.publishAtOnce({ events: 1, bytes: 60, inFlight: 1 }, signal)
  expect(run.record.channels.map(({ outcomes }) => outcomes)).toEqual([
    ['unknown', 'epoch000-2'],
    ['epoch000-1'],
  ])
})

test('a backlog is given up where nothing is answered, but not for one answer that does not come', async () => {
  await using run = await startPublisher(acceptingFrom(5), 8, 1_000)
  const { publisher, tally } = run
  const backlog = { events: 50, bytes: 60, inFlight: 4 }
  const { signal } = new AbortController()
  await expect(publisher.publishAtOnce(backlog, signal)).rejects.toThrow(
    'the server left 4 publishes without an answer for 1 s, so 96 events of a backlog were not published',
  )
  expect(tally.counts).toMatchObject({ due: 4, unknownPublishes: 4 })
  await publisher.publishAtOnce(backlog, signal)
  expect(tally.counts).toMatchObject({ due: 104, published: 99, unknownPublishes: 5 })
})

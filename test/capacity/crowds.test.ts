/** Crowds of real clients, whose waits are read where they begin and skipped: what they were told is what counts. */
import { afterEach, expect, test, vi } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { MetricsReading } from '../support/metrics-reading.ts'
import { FaultProxy } from '../support/proxies/fault-proxy.ts'
import { readCounts } from '../support/resources.ts'
import { spawnServe } from '../support/serve-process.ts'
import { skipWaits } from '../support/skip-waits.ts'
import { steepest } from './drain/closings.ts'
import { FollowingReader } from './drain/following-reader.ts'
import { NativeReader } from './drain/native-reader.ts'
import { waitsOfEventSource, waitsOfFollower } from './refused-readers.ts'

/** In ms. */
const MINUTE = 60_000
/** Longest wait that a full service asks for, in ms. */
const LATEST = 30_000

afterEach(() => {
  vi.restoreAllMocks()
})

test('300 streams that are cut at once come back over at least 2 s', async () => {
  const clients = 300
  await using serve = await spawnServe()
  await using proxy = await FaultProxy.start(serve.url)
  await using crowd = new AsyncDisposableStack()
  const url = `${proxy.url}/stream/a`
  const readers = Array.from({ length: clients }, (_, index) =>
    crowd.use(index % 2 === 0 ? new NativeReader(url) : new FollowingReader(url)),
  )
  await eventually(() => {
    for (const { told } of readers) expect(told).toMatchObject([{ event: 'runnel.open' }])
  })

  const timers = skipWaits()
  proxy.cut()

  await eventually(() => expect(proxy.connections).toBe(2 * clients))
  await eventually(async () => {
    expect(await readCounts(serve)).toMatchObject({ subscribers: clients })
  })
  // The others are time limits of connections.
  const waits = timers.filter((wait) => wait <= LATEST).toSorted(ascending)
  expect(waits).toHaveLength(clients)
  expect(waits.at(0)).toBeGreaterThanOrEqual(1_500)
  expect(waits.at(-1)).toBeLessThanOrEqual(4_500)
  expect(waits.at(-1)! - waits.at(0)!).toBeGreaterThanOrEqual(2_000)
  expect(steepest(waits, 200)).toBeLessThan(0.25)
})

test('a full pod that is alone is asked by 200 clients at most 15 times a second', async () => {
  const clients = 200
  await using serve = await spawnServe(['--max-streams=1', '--drain-window=0s'])
  const url = `${serve.url}/stream/a`
  await using guest = await EventStream.open(url)
  await guest.event('runnel.open')

  const timers = skipWaits(LATEST)
  const told = await Promise.all(
    Array.from({ length: clients }, async (_, index) =>
      (index % 2 === 0 ? waitsOfEventSource : waitsOfFollower)(url, MINUTE),
    ),
  )

  for (const retry of told.flat()) {
    expect(retry).toBeGreaterThanOrEqual(5_000)
    expect(retry).toBeLessThanOrEqual(LATEST)
  }
  // Each client left with its last refusal, and waited exactly as long as each of the others told it.
  const waits = timers.filter((wait) => wait <= LATEST)
  expect(waits.toSorted(ascending)).toEqual(
    told.flatMap((retries) => retries.slice(0, -1)).toSorted(ascending),
  )
  expect(waits.length / (MINUTE / 1_000)).toBeLessThanOrEqual(15)

  const refusals = told.flat().length
  const metrics = await MetricsReading.of(serve.adminUrl)
  const labels = { what: 'stream', reason: 'limit' }
  expect(metrics.sum('runnel_refused_total', labels)).toBe(refusals)
  serve.child.kill('SIGTERM')
  await serve.exited
  const lines = serve.lines.filter(({ msg }) => msg === 'refused')
  expect(lines.length).toBeLessThan(10)
  expect(lines.reduce((sum, { count }) => sum + Number(count), 0)).toBe(refusals)
})

test('refusals of ever new clients get a bounded number of log lines, which count all', async () => {
  const [clients, remembered] = [1_200, 1_000]
  await using serve = await spawnServe(['--max-streams=1', '--trusted-hops=1', '--drain-window=0s'])
  await using guest = await EventStream.open(`${serve.url}/stream/a`)
  await guest.event('runnel.open')
  for (let round = 0; round < 2; round++) {
    for (let client = 0; client < clients; client++) {
      const headers = { 'X-Forwarded-For': `10.0.${Math.floor(client / 256)}.${client % 256}` }
      await using refused = await EventStream.open(`${serve.url}/stream/a`, headers)
      await refused.ended()
    }
  }
  serve.child.kill('SIGTERM')
  await serve.exited

  const lines = serve.lines.filter(({ msg }) => msg === 'refused')
  const perClient = Map.groupBy(lines, ({ client }) => client)
  expect(perClient.size).toBe(remembered + 1)
  const countOf = (client: unknown) =>
    perClient.get(client)?.reduce((sum, { count }) => sum + Number(count), 0)
  expect(countOf('10.0.0.0')).toBe(2)
  expect(countOf('others')).toBe(2 * (clients - remembered))
  // The first refusal, and those of each minute that the test takes.
  for (const [, own] of perClient) expect(own.length).toBeLessThan(10)
})

function ascending(one: number, other: number): number {
  return one - other
}

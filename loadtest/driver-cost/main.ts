/**
 * Measures what the driver costs, against sockets that only count bytes, by turns on the same machine: events that a
 * core receives, and memory of idle subscribers, `npm run loadtest:cost`. The driver decodes each event, checks its
 * data and its place, and records its latency.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { BareSockets } from './bare-sockets.ts'
import type { ServerAddress } from './event-server.ts'
import { IDLE, LOADS, type Load } from './loads.ts'
import { subscribeDriver } from './subscribed-driver.ts'

const ROUNDS = 3
/** Milliseconds. */
const WARM_UP = 500
const WINDOW = 1_500
const IDLE_CONNECTIONS = 10_000

const server = fork(new URL('event-server.ts', import.meta.url))
const [{ url, bytesPerEvent }] = (await once(server, 'message')) as [ServerAddress]

await showMemory()
process.stdout.write('thousand events per CPU-second of the reader, medians:\n')
for (const load of LOADS) await showSpeed(load)
server.disconnect()

/** The driver comes first, since the memory of closed sockets stays with the process and would be used again. */
async function showMemory(): Promise<void> {
  const before = readMemory()
  const driver = await subscribeDriver(url, IDLE, IDLE_CONNECTIONS)
  const after = readMemory()
  await driver.close()
  const [heap, rss] = [after.heap - before.heap, after.rss - before.rss]
  process.stdout.write(
    `${IDLE_CONNECTIONS} idle subscribers, each: ${perConnection(heap)} of heap, ${perConnection(rss)} of RSS\n`,
  )
}

function readMemory(): { readonly heap: number; readonly rss: number } {
  if (globalThis.gc === undefined) throw new Error('expected node --expose-gc')
  globalThis.gc()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, rss }
}

function perConnection(bytes: number): string {
  return `${(bytes / IDLE_CONNECTIONS / 1e3).toFixed(1)} KB`
}

async function showSpeed(load: Load): Promise<void> {
  const bare: number[] = []
  const driver: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await measureBare(load))
    driver.push(await measureDriver(load))
  }
  const ratio = median(driver.map((value, round) => value / bare[round]!))
  const [of, against] = [median(driver), median(bare)].map((value) => (value / 1e3).toFixed(0))
  process.stdout.write(
    `${load.connections} connections, ${load.story}: driver ${of}, bare socket ${against}, ${ratio.toFixed(3)} ×\n`,
  )
}

async function measureBare({ channel, connections }: Load): Promise<number> {
  const sockets = new BareSockets()
  await sockets.open(url, channel, connections)
  const measured = await eventsPerCpuSecond(() => sockets.bytes / bytesPerEvent)
  sockets.close()
  await sleep(WARM_UP)
  return measured
}

async function measureDriver({ channel, connections }: Load): Promise<number> {
  const driver = await subscribeDriver(url, channel, connections)
  let events = 0
  const measured = await eventsPerCpuSecond(() => {
    const { counts } = driver.takeTally()
    if (counts.holes + counts.duplicates + counts.reorderings + counts.cuts > 0) {
      throw new Error(`expected each event once and in order, got ${JSON.stringify(counts)}`)
    }
    return (events += counts.deliveries)
  })
  await driver.close()
  await sleep(WARM_UP)
  return measured
}

/** `count` says how many events there are so far. */
async function eventsPerCpuSecond(count: () => number): Promise<number> {
  await sleep(WARM_UP)
  const [before, cpu] = [count(), process.cpuUsage()]
  await sleep(WINDOW)
  const { user, system } = process.cpuUsage(cpu)
  return ((count() - before) * 1e6) / (user + system)
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1]!
}

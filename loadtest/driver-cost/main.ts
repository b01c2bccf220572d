/**
 * Measures what the driver can receive on a core, against sockets that only count bytes, by turns on the same machine:
 * `npm run loadtest:cost`. The driver decodes each event, checks its data and its place, and records its latency.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Driver } from '../driver/driver.ts'
import type { ServerAddress } from './event-server.ts'
import { LOADS, RUN_ID, type Load } from './loads.ts'

const ROUNDS = 3
/** Milliseconds. */
const WARM_UP = 500
const WINDOW = 1_500

/** Events so far. */
type Count = () => number

const server = fork(new URL('event-server.ts', import.meta.url))
const [{ url, bytesPerEvent }] = (await once(server, 'message')) as [ServerAddress]

process.stdout.write('thousand events per CPU-second of the reader\n')
for (const load of LOADS) {
  const bare: number[] = []
  const driver: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await measureBare(load))
    driver.push(await measureDriver(load))
  }
  const ratio = median(driver.map((value, round) => value / bare[round]!))
  const [of, against] = [median(driver), median(bare)].map((value) => (value / 1e3).toFixed(0))
  process.stdout.write(
    `${load.connections} connections, ${load.story}: driver ${of}, bare socket ${against}, ${ratio.toFixed(2)} ×\n`,
  )
}
server.disconnect()

async function measureBare({ channel, connections }: Load): Promise<number> {
  const buffer = Buffer.allocUnsafeSlow(64 * 1024)
  let bytes = 0
  const callback = (length: number) => {
    bytes += length
    return true
  }
  const { hostname, port } = new URL(url)
  const sockets: Socket[] = []
  for (let opened = 0; opened < connections; opened++) {
    const socket = connect({ host: hostname, port: Number(port), onread: { buffer, callback } })
    await once(socket, 'connect')
    socket.write(`GET /stream/${channel} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
    sockets.push(socket)
  }
  const measured = await eventsPerCpuSecond(() => bytes / bytesPerEvent)
  for (const socket of sockets) socket.destroy()
  await sleep(WARM_UP)
  return measured
}

async function measureDriver({ channel, connections }: Load): Promise<number> {
  const driver = await Driver.prepare({
    kind: 'prepare',
    address: {
      dialect: 'runnel',
      url,
      publishUrl: url,
      headers: {},
      publishHeaders: {},
      connectTo: [],
    },
    channels: [channel],
    runId: RUN_ID,
    driver: 0,
  })
  driver.start()
  const options = { kind: 'stream', reading: { kind: 'at-once' }, from: 'latest' } as const
  const subscribe = { kind: 'subscribe', options: { ...options, count: connections } } as const
  await driver.carryOut(subscribe, AbortSignal.timeout(60_000))
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

async function eventsPerCpuSecond(count: Count): Promise<number> {
  await sleep(WARM_UP)
  const [before, cpu] = [count(), process.cpuUsage()]
  await sleep(WINDOW)
  const { user, system } = process.cpuUsage(cpu)
  return ((count() - before) * 1e6) / (user + system)
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1]!
}

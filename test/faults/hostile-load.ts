import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Verdict } from '../history/check.ts'
import { eventually } from '../support/eventually.ts'
import { openRedisLog } from '../support/redis/open-redis-log.ts'
import { publishLines } from '../support/clients/requests.ts'
import { readHeap, residentBytes } from '../support/resources.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'
import { sendHostileClients } from './hostile-clients.ts'
import { expectNoBreach, type Curve } from './report.ts'
import { runWithFault } from './run-with-fault.ts'

const MIB = 1024 ** 2

/** The limits of the example in docs/operations.md, for a heap of 192 MB, with larger events besides. */
export const HEAP = 192
export const LIMITS = {
  'max-streams': '500',
  'max-polls': '250',
  'max-publishes': '16',
  'body-limit': '64KiB',
  'max-event': '512KiB',
  'read-memory': '32MiB',
  'log-bytes': '16MiB',
  'history-bytes': '16MiB',
}

const BODY_LIMIT = 64 * 1024

/** MB of heap in use, garbage included. */
const MAX_HEAP = 0.75 * HEAP
/** MB that may remain when all hostile clients have left: a memory log holds other events by then. */
const KEPT_HEAP = 20
const KEPT_RSS = 64

const NODE_FLAGS = [
  `--max-old-space-size=${HEAP}`,
  '--max-semi-space-size=4',
  '--expose-gc',
  ...['report-memory.ts', 'sample-memory.ts'].flatMap((name) => [
    '--import',
    new URL(`../support/${name}`, import.meta.url).href,
  ]),
]

export interface HostileLoad {
  /** The URL of the log's server; without it the log is in memory. */
  readonly redisUrl?: string
  readonly milliseconds: number
  /** Channels with a history, and the bytes of each. */
  readonly channels: number
  readonly historyBytes: number
  /** Bytes that hostile clients publish per second. */
  readonly publishRate: number
}

export interface Outcome {
  readonly verdict: Verdict
  readonly curve: Curve
  /** MB of heap and resident memory before the hostile clients came, and after all had left. */
  readonly before: { readonly heap: number; readonly rss: number }
  readonly after: { readonly heap: number; readonly rss: number }
  /** Milliseconds of the slowest health request; there is one a second. */
  readonly worstHealth: number
}

/**
 * Sends hostile clients to a service with a small heap and the limits for it, while four subscribers read a
 * channel of their own.
 */
export async function runHostileLoad(load: HostileLoad): Promise<Outcome> {
  const { redisUrl, milliseconds, publishRate } = load
  const flags = Object.entries(LIMITS).map(([name, value]) => `--${name}=${value}`)
  if (redisUrl !== undefined) flags.push(`--redis-url=${redisUrl}`)
  await using serve = await spawnServe(flags, { nodeFlags: NODE_FLAGS })
  const channels = Array.from({ length: load.channels }, (_, index) => `history-${index + 1}`)
  await fill(serve, channels, load)
  const before = await readMemory(serve)
  const samples = () => serve.lines.filter(({ msg }) => msg === 'sample')
  const began = samples().length
  let worstHealth = 0
  const fault = async () => {
    const target = { url: serve.url, channels, bodyLimit: BODY_LIMIT, publishRate }
    const [, worst] = await Promise.all([
      sendHostileClients(target, milliseconds),
      watchHealth(serve, milliseconds),
    ])
    worstHealth = worst
  }
  const verdict = await Promise.race([
    runWithFault({ url: serve.url, perKind: 1, isTrimmed: true, fault }),
    rejectAtExit(serve),
  ])
  const mebibytes = (field: string) =>
    samples()
      .slice(began)
      .map((sample) => Math.round(Number(sample[field]) / MIB))
  const curve = { heap: mebibytes('heapUsed'), rss: mebibytes('rss') }
  const after = await eventually(async () => {
    const memory = await readMemory(serve)
    expect(memory.heap).toBeLessThan(before.heap + KEPT_HEAP)
    expect(memory.rss).toBeLessThan(before.rss + KEPT_RSS)
    return memory
  })
  return { verdict, curve, before, after, worstHealth }
}

/** Expects no breach for the four subscribers, and a heap with room to spare. */
export async function expectUnharmed(fault: string, outcome: Outcome): Promise<void> {
  const { verdict, curve, before, after, worstHealth } = outcome
  console.log(JSON.stringify({ before, after, worstHealth }))
  await expectNoBreach(fault, verdict, curve)
  expect(Math.max(...curve.heap)).toBeLessThan(MAX_HEAP)
}

/** Rejects when the process ends. */
async function rejectAtExit({ exited }: ServeProcess): Promise<never> {
  throw new Error(`expected the service to live, it ended with ${await exited}`)
}

async function readMemory(serve: ServeProcess): Promise<{ heap: number; rss: number }> {
  const heap = await readHeap(serve)
  return { heap: Math.round(heap / MIB), rss: Math.round(residentBytes(serve) / MIB) }
}

/** Requests /health/live once a second. Resolves to the milliseconds of the slowest answer. */
async function watchHealth({ url }: ServeProcess, milliseconds: number): Promise<number> {
  let worst = 0
  const endAt = performance.now() + milliseconds
  while (performance.now() < endAt) {
    const askedAt = performance.now()
    const { status } = await fetch(`${url}/health/live`, { headers: { Connection: 'close' } })
    expect(status).toBe(200)
    worst = Math.max(worst, performance.now() - askedAt)
    await setTimeout(1_000)
  }
  return Math.round(worst)
}

const EVENT_BYTES = 15_000

async function fill(
  serve: ServeProcess,
  channels: readonly string[],
  load: HostileLoad,
): Promise<void> {
  const count = Math.floor(load.historyBytes / EVENT_BYTES)
  const data = 'x'.repeat(EVENT_BYTES)
  if (load.redisUrl === undefined) {
    for (const channel of channels) {
      for (let sent = 0; sent < count; sent += 4) {
        await publishLines(
          serve.url,
          channel,
          Array.from({ length: 4 }, () => ({ data })),
        )
      }
    }
    return
  }
  await using shared = await openRedisLog(load.redisUrl, {})
  const event = { name: 'message', data }
  for (const channel of channels) {
    for (let sent = 0; sent < count; sent += 100) {
      await shared.log.append(
        channel,
        Array.from({ length: Math.min(100, count - sent) }, () => event),
      )
    }
  }
}

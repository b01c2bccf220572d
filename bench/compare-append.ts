/**
 * Compares appends by the script of the Redis log with a plain XADD and SPUBLISH, which keep no offsets, no bounds
 * by age and bytes, and no epochs. Both run in turns on the same server: `npm run bench:append`. Appends of one turn of
 * the event loop share a command, and those to one channel a notification as well.
 */
import { Redis } from 'ioredis'
import { RedisServer } from '../rig/servers/redis-server.ts'
import { openRedisLog } from '../test/support/redis/open-redis-log.ts'
import { recordFigures } from './measured-figures.ts'
import { spreadOf } from './spread.ts'

const ROUNDS = 5
const APPENDS = 30_000
const IN_FLIGHT = 64
const HISTORY = 1_000
const DATA = 'x'.repeat(200)

interface Cost {
  readonly perSecond: number
  /** Microseconds of the server's CPU for one append. */
  readonly cpu: number
}

await using server = await RedisServer.start()
await using own = await openRedisLog(server.url, { historyEvents: HISTORY })
const plain = new Redis(server.port)

const lines: string[] = []
const alone = await compare('each to a channel of its own', (worker) => `bench-${worker}`)
await compare('all to one channel', () => 'bench')
plain.disconnect()
process.stdout.write(`${lines.join('\n')}\n`)
if (process.argv.includes('--record')) {
  recordFigures('append', 'npm run bench:append -- --record', {
    microsecondsPerAppend: Number(spreadOf(alone).median.toFixed(1)),
  })
}

/** Returns the CPU of each round for an append by the script. */
async function compare(
  title: string,
  channelOf: (worker: number) => string,
): Promise<readonly number[]> {
  const script: Cost[] = []
  const commands: Cost[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const [first, second] = [
      await measure(async (worker) =>
        own.log.append(channelOf(worker), [{ name: 'message', data: DATA }]),
      ),
      await measure(async (worker) =>
        Promise.all([
          plain.xadd(channelOf(worker), 'MAXLEN', '=', HISTORY, '*', 'd', DATA),
          plain.spublish(`${channelOf(worker)}:live`, DATA),
        ]),
      ),
    ]
    // The first round warms up.
    if (round === 0) continue
    script.push(first)
    commands.push(second)
    process.stderr.write(`${title}: round ${round} of ${ROUNDS}\n`)
  }
  const values = (costs: readonly Cost[], field: keyof Cost) => costs.map((cost) => cost[field])
  const ratios = (field: keyof Cost) =>
    script.map((cost, index) => cost[field] / commands[index]![field])
  lines.push(
    `${IN_FLIGHT} appends at a time, ${title}`,
    `  appends per second, script:          ${formatSpread(values(script, 'perSecond'))}`,
    `  appends per second, XADD + SPUBLISH: ${formatSpread(values(commands, 'perSecond'))}`,
    `  ratio:                               ${formatSpread(ratios('perSecond'))}`,
    `  server CPU in µs, script:            ${formatSpread(values(script, 'cpu'))}`,
    `  server CPU in µs, XADD + SPUBLISH:   ${formatSpread(values(commands, 'cpu'))}`,
    `  ratio:                               ${formatSpread(ratios('cpu'))}`,
  )
  return values(script, 'cpu')
}

async function measure(append: (worker: number) => Promise<unknown>): Promise<Cost> {
  const cpuBefore = await usedCpu()
  const beganAt = performance.now()
  let left = APPENDS
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async (_, worker) => {
      while (left-- > 0) await append(worker)
    }),
  )
  const seconds = (performance.now() - beganAt) / 1_000
  return { perSecond: APPENDS / seconds, cpu: (((await usedCpu()) - cpuBefore) * 1e6) / APPENDS }
}

async function usedCpu(): Promise<number> {
  const [user, system] = [await server.info('used_cpu_user'), await server.info('used_cpu_sys')]
  return Number(user) + Number(system)
}

function formatSpread(values: readonly number[]): string {
  const { median, min, max } = spreadOf(values)
  const [middle, low, high] = [median, min, max].map((value) => value.toPrecision(3))
  return `${Number(middle)} (${Number(low)}–${Number(high)})`
}

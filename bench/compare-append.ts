/**
 * Compares appends by the script of the Redis log with a plain XADD and SPUBLISH, which keep no offsets, no bounds
 * by age and bytes, and no epochs. Both run in turns on the same server: `npm run bench:append`.
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

const script: Cost[] = []
const commands: Cost[] = []
for (let round = 0; round <= ROUNDS; round++) {
  const [first, second] = [
    await measure(async () => own.log.append('bench', [{ name: 'message', data: DATA }])),
    await measure(async () =>
      Promise.all([
        plain.xadd('bench', 'MAXLEN', '=', HISTORY, '*', 'd', DATA),
        plain.spublish('bench:live', DATA),
      ]),
    ),
  ]
  // The first round warms up.
  if (round === 0) continue
  script.push(first)
  commands.push(second)
  process.stderr.write(`round ${round} of ${ROUNDS}\n`)
}
plain.disconnect()

const ratios = (field: keyof Cost) =>
  script.map((cost, index) => cost[field] / commands[index]![field])
const lines = [
  `appends per second, script:          ${formatSpread(script.map(({ perSecond }) => perSecond))}`,
  `appends per second, XADD + SPUBLISH: ${formatSpread(commands.map(({ perSecond }) => perSecond))}`,
  `ratio:                               ${formatSpread(ratios('perSecond'))}`,
  `server CPU in µs, script:            ${formatSpread(script.map(({ cpu }) => cpu))}`,
  `server CPU in µs, XADD + SPUBLISH:   ${formatSpread(commands.map(({ cpu }) => cpu))}`,
  `ratio:                               ${formatSpread(ratios('cpu'))}`,
]
process.stdout.write(`${lines.join('\n')}\n`)
if (process.argv.includes('--record')) {
  const { median } = spreadOf(script.map(({ cpu }) => cpu))
  recordFigures('append', 'npm run bench:append -- --record', {
    microsecondsPerAppend: Number(median.toFixed(1)),
  })
}

async function measure(append: () => Promise<unknown>): Promise<Cost> {
  const cpuBefore = await usedCpu()
  const beganAt = performance.now()
  let left = APPENDS
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (left-- > 0) await append()
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

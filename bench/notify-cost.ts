/**
 * Measures what each pod that follows a channel costs the Redis server for an event: the CPU for a notification by
 * SPUBLISH with many subscribers less that with one, `npm run bench:notify`.
 */
import { Redis } from 'ioredis'
import { RedisServer } from '../rig/servers/redis-server.ts'
import { recordFigures } from './measured-figures.ts'
import { spreadOf } from './spread.ts'

const ROUNDS = 5
const NOTIFICATIONS = 2_000
const FEW = 1
const MANY = 101
const DATA = 'x'.repeat(200)

await using server = await RedisServer.start()
const subscribers: Redis[] = []
/** Called for each notification that arrives. */
let receive: () => void = () => undefined

const costs: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  const [few, many] = [await cost(FEW), await cost(MANY)]
  costs.push((many - few) / (MANY - FEW))
  process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`)
}
for (const subscriber of subscribers) subscriber.disconnect()

const { median, min, max } = spreadOf(costs)
const [middle, low, high] = [median, min, max].map((value) => value.toFixed(2))
process.stdout.write(`server CPU for each pod that is told, in µs: ${middle} (${low}–${high})\n`)
if (process.argv.includes('--record')) {
  const microsecondsPerPod = Number(median.toFixed(2))
  recordFigures('notify', 'npm run bench:notify -- --record', { microsecondsPerPod })
}

/** Microseconds of the server for one notification to so many subscribers. */
async function cost(count: number): Promise<number> {
  await subscribe(count)
  const { promise: allReceived, resolve } = Promise.withResolvers<void>()
  let missing = NOTIFICATIONS * count
  receive = () => {
    if (--missing === 0) resolve()
  }
  const before = await usedCpu()
  // One at a time: several at once would share writes, which a channel at its usual rate does not.
  for (let sent = 0; sent < NOTIFICATIONS; sent++) await server.client.spublish('bench:live', DATA)
  await allReceived
  const used = (await usedCpu()) - before
  return (used * 1e6) / NOTIFICATIONS
}

async function subscribe(count: number): Promise<void> {
  for (const surplus of subscribers.splice(count)) surplus.disconnect()
  while (subscribers.length < count) {
    const subscriber = new Redis(server.port, { host: '127.0.0.1' })
    subscriber.on('smessage', () => {
      receive()
    })
    await subscriber.ssubscribe('bench:live')
    subscribers.push(subscriber)
  }
}

async function usedCpu(): Promise<number> {
  const [user, system] = [await server.info('used_cpu_user'), await server.info('used_cpu_sys')]
  return Number(user) + Number(system)
}

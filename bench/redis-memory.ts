/** Measures the memory that channels and events take on a Redis server: `npm run bench:redis-memory`. */
import type { IdempotencyKey } from '../src/log/event-log.ts'
import { openRedisLog } from '../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../rig/servers/redis-server.ts'
import { recordFigures } from './measured-figures.ts'

const CHANNELS = 5_000
const EVENTS = 50_000
const TEXT = 'x'.repeat(200)
/** Appends under way at once. */
const CONCURRENCY = 100

await using server = await RedisServer.start()
await using own = await openRedisLog(server.url, { maxKeys: EVENTS })

async function usedBytes(): Promise<number> {
  return Number(await server.info('used_memory_dataset'))
}

/** Bytes for each of so many appends. */
async function cost(
  count: number,
  channelOf: (index: number) => string,
  keyOf: (index: number) => IdempotencyKey | undefined = () => undefined,
): Promise<number> {
  const before = await usedBytes()
  let next = 0
  const worker = async () => {
    while (next < count) {
      const index = next++
      await own.log.append(channelOf(index), [{ name: 'message', data: TEXT }], keyOf(index))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return Math.round(((await usedBytes()) - before) / count)
}

const channel = await cost(CHANNELS, (index) => `channel-${index}`)
const event = await cost(EVENTS, () => 'orders')
const keyed = await cost(
  EVENTS,
  () => 'keyed',
  (index) => ({ key: `key-${index}`, fingerprint: 'f' }),
)
console.log(`Redis ${await server.info('redis_version')}, events of ${TEXT.length} bytes`)
console.log(`a channel with one event: ${channel} bytes`)
console.log(`each further event: ${event} bytes`)
console.log(`each idempotency key besides: ${keyed - event} bytes`)
if (process.argv.includes('--record')) {
  recordFigures('redisMemory', 'npm run bench:redis-memory -- --record', {
    bytesPerChannel: channel,
    bytesPerEvent: event,
    textBytes: TEXT.length,
  })
}

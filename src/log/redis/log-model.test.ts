/** The log in Redis against the log in memory: what happens to both must leave them telling the same. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../test/support/redis/redis-server.ts'
import { parsePosition } from '../../wire/position.ts'
import type { EventLog } from '../event-log.ts'
import { positionAt, resume, type History } from '../history.ts'
import { MemoryLog } from '../memory/memory-log.ts'
import { newChannel, plainEvent } from '../suite/kit.suite.ts'

/** Bytes are out of the way: each log counts what an event costs it besides its text. */
const BOUNDS = { historyEvents: 8, historyAge: 3_600_000, historyBytes: 2 ** 20 }
/** A chain that is cut names old events anew, which the memory log never has to. */
const MAX_FORKS = 15

const text = fc.oneof(
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.nat(500).map((length) => '\u{e9}'.repeat(length)),
)
const event = fc.record({ name: fc.constantFrom('message', 'other', '\u{1f680}'), data: text })
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append'),
      events: fc.array(event, { minLength: 1, maxLength: 9 }),
      key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
      fingerprint: fc.constantFrom('f', 'g'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read'),
      after: fc.nat(20),
      maxEvents: fc.nat(10),
      maxBytes: fc.nat(5_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fork') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush') }) },
)

interface Position {
  readonly inMemory: string
  readonly inRedis: string
}

async function historyOf(log: EventLog, channel: string): Promise<History> {
  return (await log.read(channel, { after: 0, maxEvents: 0, maxBytes: 0 })).history
}

/** What a client with a position is told, without the names of epochs. */
function told(history: History, position: string): unknown {
  const { after, gap } = resume(history, parsePosition(position)!)
  const offsetOf = (at: string | null | undefined) => at && parsePosition(at)!.offset
  return { after, ...gap, from: offsetOf(gap?.from), to: offsetOf(gap?.to) }
}

function withoutEpochs(result: object): object {
  return { ...result, epoch: undefined }
}

test('both accept, keep, read and announce the same, whatever happens to them', async () => {
  await using server = await RedisServer.start()
  await using redis = await openRedisLog(server.url, BOUNDS)
  const newMemory = () => new MemoryLog({ ...BOUNDS, logBytes: 2 ** 30, maxChannels: 100 })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async (steps) => {
      const channel = newChannel()
      const positions: Position[] = []
      let memory = newMemory()
      let forks = 0
      for (const next of steps) {
        if (next.kind === 'append') {
          const { events, fingerprint } = next
          const key = next.key === undefined ? undefined : { key: next.key, fingerprint }
          const [own, other] = [
            await memory.append(channel, events, key),
            await redis.log.append(channel, events, key),
          ]
          expect(withoutEpochs(other)).toEqual(withoutEpochs(own))
        } else if (next.kind === 'read') {
          const [own, other] = [
            await memory.read(channel, next),
            await redis.log.read(channel, next),
          ]
          const bare = ({ offset, name, data }: (typeof own.events)[number]) => [offset, name, data]
          expect(other.events.map(plainEvent).map(bare)).toEqual(own.events.map(bare))
        } else if (next.kind === 'fork' && forks < MAX_FORKS) {
          // Nothing is lost by it, so it must not be seen.
          forks++
          await server.client.call('DEBUG', 'CHANGE-REPL-ID')
        } else if (next.kind === 'flush') {
          memory = newMemory()
          await server.client.flushall()
        }
        const [own, other] = [await historyOf(memory, channel), await historyOf(redis.log, channel)]
        expect([other.oldest, other.top]).toEqual([own.oldest, own.top])
        positions.push({ inMemory: positionAt(own, own.top), inRedis: positionAt(other, own.top) })
        for (const { inMemory, inRedis } of positions) {
          expect(told(other, inRedis)).toEqual(told(own, inMemory))
        }
      }
    }),
    { numRuns: 200 },
  )
})

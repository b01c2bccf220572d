/** The log in Redis against the log in memory: what happens to both must leave them telling the same. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../test/support/redis/redis-server.ts'
import { withoutEpochs } from '../../../test/support/without-epochs.ts'
import { parsePosition } from '../../wire/position.ts'
import type { EventLog } from '../event-log.ts'
import { positionAt, resume, type History } from '../history.ts'
import { MemoryLog } from '../memory/memory-log.ts'
import { newChannel } from '../suite/kit.suite.ts'

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
      kind: fc.constant('append' as const),
      events: fc.array(event, { minLength: 1, maxLength: 9 }),
      key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
      fingerprint: fc.constantFrom('f', 'g'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      after: fc.nat(20),
      maxEvents: fc.nat(10),
      maxBytes: fc.nat(5_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fork' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
)

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

interface Position {
  readonly inMemory: string
  readonly inRedis: string
}

/** What a log answers to an append or a read, but for the names of epochs. */
async function ask(log: EventLog, channel: string, next: Step): Promise<unknown> {
  if (next.kind === 'append') {
    const { events, fingerprint } = next
    const key = next.key === undefined ? undefined : { key: next.key, fingerprint }
    return { ...(await log.append(channel, events, key)), epoch: undefined }
  }
  if (next.kind !== 'read') return undefined
  const { events } = await log.read(channel, next)
  return events.map(({ offset, name, data }) => [offset, name, data])
}

async function historyOf(log: EventLog, channel: string): Promise<History> {
  return (await log.read(channel, { after: 0, maxEvents: 0, maxBytes: 0 })).history
}

test('both accept, keep, read and announce the same, whatever happens to them', async () => {
  await using server = await RedisServer.start()
  await using redis = await openRedisLog(server.url, BOUNDS)
  const newMemory = () => new MemoryLog({ ...BOUNDS, logBytes: 2 ** 30, maxChannels: 100 })
  const steps = fc.array(step, { maxLength: 30, size: 'max' })
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const channel = newChannel()
      const positions: Position[] = []
      let memory = newMemory()
      let forks = 0
      for (const next of script) {
        if (next.kind === 'flush') {
          memory = newMemory()
          await server.client.flushall()
        } else if (next.kind === 'fork' && forks++ < MAX_FORKS) {
          // Nothing is lost by it, so it must not be seen.
          await server.client.call('DEBUG', 'CHANGE-REPL-ID')
        }
        expect(await ask(redis.log, channel, next)).toEqual(await ask(memory, channel, next))

        const own = await historyOf(memory, channel)
        const other = await historyOf(redis.log, channel)
        expect([other.oldest, other.top]).toEqual([own.oldest, own.top])
        positions.push({ inMemory: positionAt(own, own.top), inRedis: positionAt(other, own.top) })
        for (const { inMemory, inRedis } of positions) {
          const told = resume(other, parsePosition(inRedis)!)
          const expected = resume(own, parsePosition(inMemory)!)
          expect(withoutEpochs(told)).toEqual(withoutEpochs(expected))
        }
      }
    }),
    { numRuns: 200 },
  )
})

/** The log in Redis against the log in memory: after the same steps both give the same answers, by the law. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeResume } from '../../../test/delivery-guarantee/judge-resume.ts'
import { World } from '../../../test/delivery-guarantee/world.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import type { AppendResult, EventLog } from '../event-log.ts'
import { MemoryLog } from '../memory/memory-log.ts'
import { newChannel, readAll } from '../suite/helpers.suite.ts'

/** The bytes are not reached: each log counts a different overhead for an event. */
const BOUNDS = { historyEvents: 8, historyAge: 3_600_000, historyBytes: 2 ** 20 }
/** A chain that is cut names old events anew, which the memory log never does. */
const MAX_FORKS = 15

const text = fc.oneof(
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.nat(500).map((length) => '\u{e9}'.repeat(length)),
)
const event = fc.record({ name: fc.constantFrom('message', 'other', '\u{1f680}'), data: text })
const append = fc.record({
  events: fc.array(event, { minLength: 1, maxLength: 9 }),
  key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
  fingerprint: fc.constantFrom('f', 'g'),
})
const keyless = append.map((one) => ({ ...one, key: undefined }))
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      // Most have no key, so that they share a command.
      together: fc.array(fc.oneof(keyless, append), { minLength: 1, maxLength: 6 }),
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

/** The answer of a log to an append or a read, without the names of epochs. */
async function ask(own: LogAndWorld, channel: string, next: Step): Promise<unknown> {
  if (next.kind === 'append') {
    const results = await Promise.all(
      next.together.map(async ({ events, key, fingerprint }) =>
        own.log.append(channel, events, key === undefined ? undefined : { key, fingerprint }),
      ),
    )
    for (const [index, { events }] of next.together.entries()) own.note(results[index]!, events)
    return results.map((result) => ({ ...result, epoch: undefined }))
  }
  if (next.kind !== 'read') return undefined
  const { events } = await own.log.read(channel, next)
  return events.map(({ offset, name, data }) => [offset, name, data])
}

/** A log, and the world of one channel that it is judged by. */
class LogAndWorld {
  #log: EventLog
  readonly world: World

  private constructor(log: EventLog, incarnation: string) {
    this.#log = log
    this.world = new World([incarnation])
  }

  static async begin(log: EventLog): Promise<LogAndWorld> {
    return new LogAndWorld(log, await lifeOf(log))
  }

  get log(): EventLog {
    return this.#log
  }

  /** Removes everything that the log holds. */
  async flush(log: EventLog): Promise<void> {
    this.#log = log
    this.world.flush(await lifeOf(log))
  }

  note(result: AppendResult, events: readonly { readonly data: string }[]): void {
    if (result.kind !== 'accepted' || result.repeated) return
    this.world.append(
      events.map(({ data }) => data),
      result,
    )
  }

  /** The events that the log keeps of the channel, and the breaches of the law in its other answers. */
  async judge(channel: string): Promise<{ kept: unknown; breaches: readonly string[] }> {
    const { history, events } = await readAll(this.log, channel)
    const { world } = this
    world.trim(world.eventsAfter(0).length - events.length)
    world.settle()
    const breaches = [...world.positions].flatMap((at) => judgeResume(world, at, history))
    return { kept: events.map(({ data }) => data), breaches }
  }

  get kept(): unknown {
    return this.world.eventsAfter(0).map(({ data }) => data)
  }
}

async function lifeOf(log: EventLog): Promise<string> {
  const { history } = await readAll(log, newChannel())
  return history.incarnations[0]!
}

test('both logs accept, keep, read and notify the same under any steps', async () => {
  await using server = await RedisServer.start()
  await using redis = await openRedisLog(server.url, BOUNDS)
  const newMemory = () => new MemoryLog(() => ({ ...BOUNDS, logBytes: 2 ** 30, maxChannels: 100 }))
  const steps = fc.array(step, { maxLength: 30, size: 'max' })
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const channel = newChannel()
      await server.client.flushall()
      const inMemory = await LogAndWorld.begin(newMemory())
      const inRedis = await LogAndWorld.begin(redis.log)
      let forks = 0
      for (const next of script) {
        if (next.kind === 'flush') {
          await server.client.flushall()
          await inMemory.flush(newMemory())
          await inRedis.flush(redis.log)
        } else if (next.kind === 'fork' && forks++ < MAX_FORKS) {
          // It loses nothing, so no client may see it.
          await server.client.call('DEBUG', 'CHANGE-REPL-ID')
        }
        expect(await ask(inRedis, channel, next)).toEqual(await ask(inMemory, channel, next))
        for (const each of [inMemory, inRedis]) {
          const { kept, breaches } = await each.judge(channel)
          expect({ kept, breaches }).toEqual({ kept: each.kept, breaches: [] })
        }
        expect(inRedis.kept).toEqual(inMemory.kept)
      }
    }),
    { numRuns: 200 },
  )
})

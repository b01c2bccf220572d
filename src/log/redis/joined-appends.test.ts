/** Appends made at once share commands, and each is answered as if it were alone. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countCalls } from '../../../test/support/redis/count-calls.ts'
import { FollowRecorder } from '../../../test/support/redis/follow-recorder.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { LogUnavailable } from '../event-log.ts'
import { accept, newChannel, newEvents, readAll, tracedEvent } from '../suite/helpers.suite.ts'
import { joinRuns } from './joined-appends.ts'

let server: RedisServer

beforeAll(async () => {
  server = await RedisServer.start()
})

afterAll(async () => server[Symbol.asyncDispose]())

async function countScripts(): Promise<number> {
  return countCalls(server, 'evalsha')
}

test('many appends at once are one command, each with its own positions', async () => {
  await using own = await openRedisLog(server.url)
  const [channel, other] = [newChannel(), newChannel()]
  const follower = new FollowRecorder()
  await own.log.follow(channel, follower)
  await accept(own.log, channel, newEvents('0'))
  const before = await countScripts()
  const results = await Promise.all([
    ...Array.from({ length: 50 }, async (_, index) =>
      accept(own.log, channel, newEvents(`${index}a`, `${index}b`)),
    ),
    accept(own.log, other, newEvents('other')),
  ])
  expect((await countScripts()) - before).toBe(1)
  const [{ epoch }] = results as [(typeof results)[number]]
  for (const [index, result] of results.slice(0, 50).entries()) {
    const first = 2 + 2 * index
    expect(result).toEqual({ kind: 'accepted', epoch, first, count: 2, repeated: false })
  }
  expect(results[50]).toMatchObject({ first: 1, count: 1 })
  const data = Array.from({ length: 50 }, (_, index) => [`${index}a`, `${index}b`]).flat()
  expect((await readAll(own.log, channel)).events.map((event) => event.data)).toEqual([
    '0',
    ...data,
  ])
  await eventually(() => {
    expect(follower.data).toEqual(['0', ...data])
  })
})

test('of appends made at once, what is too large, has a key or is refused by it stays alone', async () => {
  await using own = await openRedisLog(server.url, { historyEvents: 3 })
  const channel = newChannel()
  const append = async (count: number, key?: string, fingerprint = 'f') =>
    own.log.append(
      channel,
      newEvents(...Array.from({ length: count }, String)),
      key === undefined ? undefined : { key, fingerprint },
    )
  const results = await Promise.all([
    append(1),
    append(4),
    append(2),
    append(1, 'k'),
    append(1, 'k'),
    append(1, 'k', 'g'),
    append(1),
  ])
  expect(results).toMatchObject([
    { kind: 'accepted', first: 1, count: 1 },
    { kind: 'too-large' },
    { kind: 'accepted', first: 2, count: 2 },
    { kind: 'accepted', first: 4, repeated: false },
    { kind: 'accepted', first: 4, repeated: true },
    { kind: 'key-reused' },
    { kind: 'accepted', first: 5, count: 1 },
  ])
})

test('each traced append of a joined command is reported and announced, with its own trace', async () => {
  await using own = await openRedisLog(server.url)
  const channel = newChannel()
  const told: unknown[] = []
  const heard: number[] = []
  own.log.watchTraces((append) => {
    if (append.channel === channel) told.push(append.first)
    else heard.push(append.first)
  })
  await eventually(async () => {
    await accept(own.log, 'probe', [tracedEvent('probe')])
    expect(heard.length).toBeGreaterThan(0)
  })
  const { length } = own.commands
  await Promise.all([
    accept(own.log, channel, [tracedEvent('1')]),
    accept(own.log, channel, newEvents('2')),
    accept(own.log, channel, [tracedEvent('3'), tracedEvent('4')]),
  ])
  expect(own.commands.slice(length)).toHaveLength(2)
  await eventually(() => {
    expect(told).toEqual([1, 3])
  })
})

test('a command that is refused refuses each of its appends', async () => {
  await using own = await openRedisLog(server.url)
  const channel = newChannel()
  await server.client.set(`runnel:{${channel}}:meta`, 'foreign')
  const appends = ['1', '2'].map(async (data) => own.log.append(channel, newEvents(data)))
  for (const append of appends) await expect(append).rejects.toThrow(LogUnavailable)
})

const BOUNDS = { historyEvents: 6, historyBytes: 1_000 }

test('runs keep the order, and hold no more than a history takes', () => {
  const append = fc.record({
    events: fc
      .array(fc.nat(400), { minLength: 1, maxLength: 8 })
      .map((sizes) =>
        sizes.map((size) => tracedEvent('é'.repeat(size / 2), 'v='.padEnd(size % 100, 'x'))),
      ),
    key: fc.option(fc.constant({ key: 'k', fingerprint: 'f' }), { nil: undefined, freq: 1 }),
  })
  fc.assert(
    fc.property(fc.array(append), (appends) => {
      const runs = joinRuns(appends, BOUNDS)
      expect(runs.flat()).toEqual(appends)
      for (const run of runs.filter(({ length }) => length > 1)) {
        expect(run.every(({ key }) => key === undefined)).toBe(true)
        const events = run.flatMap((each) => each.events)
        expect(events.length).toBeLessThanOrEqual(BOUNDS.historyEvents)
        const sizes = events.map(({ name, data, trace }) => {
          const { traceparent, tracestate } = trace!
          return 64 + Buffer.byteLength(name + data + traceparent + (tracestate ?? ''))
        })
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1_000)
      }
    }),
    { numRuns: 1_000 },
  )
})

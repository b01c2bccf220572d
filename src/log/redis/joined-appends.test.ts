/** Appends made at once share commands, and each is answered as if it were alone. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveChannel } from '../../../test/support/redis/channel-state.ts'
import { countCalls } from '../../../test/support/redis/count-calls.ts'
import { FollowRecorder } from '../../../test/support/redis/follow-recorder.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { LogUnavailable } from '../event-log.ts'
import { accept, newChannel, newEvents, readAll, tracedEvent } from '../suite/helpers.suite.ts'
import { joinRuns, shareCommands, type JoinedAppends } from './joined-appends.ts'

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

test.for(['meta', 'events'])(
  'a channel whose %s another program has written is refused alone, and left as it is',
  async (name) => {
    await using own = await openRedisLog(server.url)
    const [one, foreign, other] = [newChannel(), newChannel(), newChannel()]
    const follower = new FollowRecorder()
    await own.log.follow(other, follower)
    await server.client.set(`runnel:{${foreign}}:${name}`, 'foreign')
    const state = await saveChannel(server.client, foreign)
    const before = await countScripts()
    const results = await Promise.allSettled(
      [one, foreign, other].map(async (channel) => own.log.append(channel, newEvents(channel))),
    )
    expect((await countScripts()) - before).toBe(1)
    expect(results).toMatchObject([
      { value: { first: 1, count: 1 } },
      { reason: { trouble: { code: 'foreign-data' } } },
      { value: { first: 1, count: 1 } },
    ])
    expect(await saveChannel(server.client, foreign)).toEqual(state)
    for (const channel of [one, other]) {
      expect((await readAll(own.log, channel)).events).toMatchObject([{ data: channel }])
    }
    await eventually(() => {
      expect(follower.data).toEqual([other])
    })
  },
)

test('a server without memory refuses each channel of a command, and changes none', async () => {
  await using full = await RedisServer.start()
  await using own = await openRedisLog(full.url)
  const channels = [newChannel(), newChannel(), newChannel()]
  const append = async () =>
    Promise.all(channels.map(async (channel) => own.log.append(channel, newEvents(channel))))
  const states = async () =>
    Promise.all(channels.map(async (channel) => saveChannel(full.client, channel)))
  await accept(own.log, channels[0]!, newEvents('before'))
  const before = await states()
  await full.client.config('SET', 'maxmemory', '1mb')
  expect(await append()).toEqual(channels.map(() => ({ kind: 'full', limit: 'memory' })))
  expect(await states()).toEqual(before)
  await full.client.config('SET', 'maxmemory', '0')
  expect(await append()).toMatchObject([{ first: 2 }, { first: 1 }, { first: 1 }])
})

test('channels that share a command have epochs and known tops of their own', async () => {
  await using own = await openRedisLog(server.url)
  const channels = Array.from({ length: 5 }, newChannel)
  const append = async () =>
    Promise.all(channels.map(async (channel) => accept(own.log, channel, newEvents(channel))))
  const epochs = new Set((await append()).map(({ epoch }) => epoch))
  expect(epochs.size).toBe(5)
  await append()
  const [, lost] = channels as [string, string]
  // As a copy from before the second append would have it.
  await server.client.hset(`runnel:{${lost}}:meta`, { top: 1, time: 1, bytes: 1 })
  const again = await append()
  expect(again.map(({ epoch }) => epochs.has(epoch))).toEqual([true, false, true, true, true])
})

test('in a cluster channels do not share a command: their keys are on different nodes', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  const channels = Array.from({ length: 12 }, newChannel)
  const results = await Promise.all(
    channels.map(async (channel) => accept(own.log, channel, newEvents(channel))),
  )
  expect(results.every(({ first }) => first === 1)).toBe(true)
})

test('a replica refuses appends in a way by which the connection is made anew', async () => {
  await using primary = await RedisServer.start()
  await using demoted = await RedisServer.start()
  await using own = await openRedisLog(demoted.url)
  await accept(own.log, 'a', newEvents('1'))
  const reconnects = () =>
    own.servers.connections.find(({ role }) => role === 'commands')?.reconnects
  expect(reconnects()).toBe(0)
  await demoted.client.replicaof('127.0.0.1', primary.port)
  await expect(own.log.append('a', newEvents('2'))).rejects.toThrow(LogUnavailable)
  await eventually(() => {
    expect(reconnects()).toBeGreaterThan(0)
  })
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

test('commands keep the order, and bound what blocks a server', () => {
  const keys = fc.option(fc.constant({ key: 'k', fingerprint: 'f' }), { nil: undefined, freq: 9 })
  const runs = (counts: readonly number[], sizes: readonly number[]) =>
    fc.array(
      fc
        .tuple(fc.constantFrom(...counts), fc.constantFrom(...sizes), keys)
        .map(([count, size, its]) => ({
          appends: [
            {
              events: Array.from({ length: count }, () => tracedEvent('x'.repeat(size / count))),
              key: its,
            },
          ],
        })),
      { maxLength: 300, size: 'max' },
    )
  const many = runs([1], [10]).map((all) => all.map(withoutKey))
  fc.assert(
    fc.property(fc.oneof(many, runs([1, 2, 300], [10, 1_000, 100_000])), (all) => {
      const commands = shareCommands(all)
      expect(commands.flat()).toEqual(all)
      for (const command of commands.filter(({ length }) => length > 1)) {
        const appends = command.flatMap((each) => each.appends)
        expect(appends.every(({ key }) => key === undefined)).toBe(true)
        const events = appends.flatMap((append) => append.events)
        expect(command.length).toBeLessThanOrEqual(64)
        expect(events.length).toBeLessThanOrEqual(500)
        const bytes = events.reduce((sum, { data }) => sum + data.length + 64, 0)
        expect(bytes).toBeLessThanOrEqual(256 * 1024)
      }
    }),
    { numRuns: 100 },
  )
})

function withoutKey({ appends }: JoinedAppends): JoinedAppends {
  return { appends: appends.map(({ events }) => ({ events, key: undefined })) }
}

/** The bounds of the log in Redis, by the server's own clock and counters. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FollowRecorder } from '../../../test/support/redis/follow-recorder.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { channelKeys, type ChannelKeys } from '../../redis/keys.ts'
import { accept, newChannel, newEvents, readAll } from '../suite/helpers.suite.ts'
import { FORGET_AFTER } from '../retention.ts'
import { ENTRY_OVERHEAD_BYTES } from './script-parts.ts'

const KEY_LIFETIME = 10 * 60_000
let server: RedisServer

beforeAll(async () => {
  server = await RedisServer.start()
})

afterAll(async () => server[Symbol.asyncDispose]())

function keysOf(channel: string): ChannelKeys {
  return channelKeys(channel, { prefix: 'runnel', isCluster: false, db: 0 })
}

test('bytes are bounded, and at most a sixteenth more of them leaves than must', async () => {
  const historyBytes = 4_096
  await using own = await openRedisLog(server.url, { historyBytes })
  const sizes = fc.array(fc.nat(600), { minLength: 20, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(sizes, async (lengths) => {
      const channel = newChannel()
      let before = 0
      for (const length of lengths) {
        const cost = length + 'message'.length + ENTRY_OVERHEAD_BYTES
        await accept(own.log, channel, newEvents('x'.repeat(length)))
        const { events } = await readAll(own.log, channel)
        const kept = events.map(
          ({ data, name }) => data.length + name.length + ENTRY_OVERHEAD_BYTES,
        )
        const bytes = kept.reduce((sum, size) => sum + size, 0)
        expect(bytes).toBeLessThanOrEqual(historyBytes)
        // The event at the edge leaves as a whole.
        const edge = 600 + 'message'.length + ENTRY_OVERHEAD_BYTES
        const least = Math.min(before + cost, (historyBytes * 15) / 16 - edge)
        expect(bytes).toBeGreaterThanOrEqual(least)
        before = bytes
      }
    }),
    { numRuns: 20 },
  )
})

test('a lowered number of events holds from the next append on', async () => {
  const channel = newChannel()
  await using wide = await openRedisLog(server.url, { historyEvents: 10 })
  await using narrow = await openRedisLog(server.url, { historyEvents: 3 })
  for (let count = 0; count < 12; count++) await accept(wide.log, channel, newEvents('a'))
  expect(await server.client.xlen(keysOf(channel).events)).toBe(10)
  await accept(narrow.log, channel, newEvents('a'))
  expect(await server.client.xlen(keysOf(channel).events)).toBe(3)
  expect((await readAll(wide.log, channel)).history).toMatchObject({ oldest: 11, top: 13 })
})

test('a history that is too old expires by itself, and its events are counted for a day more', async () => {
  const channel = newChannel()
  await using own = await openRedisLog(server.url, { historyAge: 200 })
  const { epoch } = await accept(own.log, channel, newEvents('1', '2'))
  const { events, meta } = keysOf(channel)
  await eventually(async () => {
    expect(await server.client.exists(events)).toBe(0)
  })
  const left = await server.client.pttl(meta)
  expect(left).toBeGreaterThan(FORGET_AFTER - 60_000)
  expect(left).toBeLessThanOrEqual(FORGET_AFTER + 200)
  const { history } = await readAll(own.log, channel)
  expect(history).toMatchObject({ chain: [{ epoch, first: 1 }], oldest: 3, top: 2 })
  expect(await accept(own.log, channel, newEvents('3'))).toMatchObject({ epoch, first: 3 })
})

test('a new follower keeps the metadata of its channel for a day more, and a read does not', async () => {
  const [followed, forgotten] = [newChannel(), newChannel()]
  await using own = await openRedisLog(server.url, { historyAge: 1_000 })
  for (const channel of [followed, forgotten]) {
    await accept(own.log, channel, newEvents('1'))
    await server.client.pexpire(keysOf(channel).meta, 60_000)
  }
  await own.log.follow(followed, new FollowRecorder())
  await readAll(own.log, forgotten)
  expect(await server.client.pttl(keysOf(followed).meta)).toBeGreaterThan(FORGET_AFTER - 60_000)
  expect(await server.client.pttl(keysOf(forgotten).meta)).toBeLessThanOrEqual(60_000)
})

test('a repeated key extends the time to live of the keys and of their expiry', async () => {
  const channel = newChannel()
  await using own = await openRedisLog(server.url)
  const key = { key: 'k', fingerprint: 'f' }
  await accept(own.log, channel, newEvents('1'), key)
  const { keys, keyExpiry } = keysOf(channel)
  for (const name of [keys, keyExpiry]) await server.client.pexpire(name, 60_000)
  expect(await accept(own.log, channel, newEvents('1'), key)).toMatchObject({ repeated: true })
  for (const name of [keys, keyExpiry])
    expect(await server.client.pttl(name)).toBeGreaterThan(60_000)
})

test('a key is forgotten after ten minutes, and makes room for another', async () => {
  const channel = newChannel()
  await using own = await openRedisLog(server.url, { maxKeys: 1 })
  const append = async (key: string) =>
    own.log.append(channel, newEvents('a'), { key, fingerprint: 'f' })
  expect(await append('1')).toMatchObject({ first: 1, repeated: false })
  expect(await append('1')).toMatchObject({ first: 1, repeated: true })
  expect(await append('2')).toEqual({ kind: 'full', limit: 'keys' })
  const { keys, keyExpiry } = keysOf(channel)
  for (const key of [keys, keyExpiry]) {
    expect(await server.client.pttl(key)).toBeGreaterThan(KEY_LIFETIME - 60_000)
    expect(await server.client.pttl(key)).toBeLessThanOrEqual(KEY_LIFETIME)
  }

  // As if ten minutes had passed.
  const [[name, stored]] = Object.entries(await server.client.hgetall(keys)) as [[string, string]]
  await server.client.hset(keys, name, stored.replace(/^\d+/, '1'))
  await server.client.zadd(keyExpiry, 1, name)
  expect(await append('1')).toMatchObject({ first: 2, repeated: false })
  expect(await append('2')).toEqual({ kind: 'full', limit: 'keys' })
  await server.client.zadd(keyExpiry, 1, name)
  expect(await append('2')).toMatchObject({ first: 3, repeated: false })
  expect(await server.client.hlen(keys)).toBe(1)
  expect(await server.client.zcard(keyExpiry)).toBe(1)
})

test.for([
  [FORGET_AFTER / 2 - 60_000, true],
  [FORGET_AFTER - 60_000, true],
  [FORGET_AFTER + 60_000, false],
] as const)('an incarnation that began %i ms ago is known: %s', async ([age, isKnown]) => {
  await using own = await openRedisLog(server.url)
  const channel = newChannel()
  const { incarnation } = keysOf(channel)
  await server.client.set(incarnation, `llllllll - ${Date.now() - age}`)
  const { history } = await readAll(own.log, channel)
  expect(history.incarnations.includes('llllllll')).toBe(isKnown)
})

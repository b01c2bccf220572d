/** Followers whose notifications are lost: they are invalidated, and then get every append again. */
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FaultProxy } from '../../../test/support/proxies/fault-proxy.ts'
import { countCalls } from '../../../test/support/redis/count-calls.ts'
import { FollowRecorder } from '../../../test/support/redis/follow-recorder.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { channelKeys } from '../../redis/keys.ts'
import type { EventLog } from '../event-log.ts'
import { accept, newEvents } from '../suite/helpers.suite.ts'
import { encodeProbe } from './notification.ts'

/** Appends until the follower gets an event: notifications before it may have been lost. */
async function untilHeard(log: EventLog, channel: string, follower: FollowRecorder): Promise<void> {
  const before = follower.data.length
  await eventually(async () => {
    await accept(log, channel, newEvents('again'))
    expect(follower.data.length).toBeGreaterThan(before)
  })
}

test('a feed that is cut is connected anew, and a channel with missed events is invalidated', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await using other = await openRedisLog(server.url)
  const missing = new FollowRecorder()
  const idle = new FollowRecorder()
  await own.log.follow('busy', missing)
  await own.log.follow('idle', idle)
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await accept(other.log, 'busy', newEvents('missed'))
  await eventually(() => {
    expect(missing.invalidations).toBe(1)
  })
  await untilHeard(other.log, 'busy', missing)
  // The idle channel missed nothing, so it is not invalidated.
  expect([idle.invalidations, missing.data]).toEqual([0, expect.not.arrayContaining(['missed'])])
})

test('a channel is live while its notifications come, and again only after a check of the log', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  await using own = await openRedisLog(proxy.url)
  expect(own.log.isLive('a')).toBe(false)
  await own.log.follow('a', new FollowRecorder())
  expect(own.log.isLive('a')).toBe(true)
  proxy.faults.isRefusing = true
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await eventually(() => {
    expect(own.log.isLive('a')).toBe(false)
  })
  expect(own.log.reaches('a')).toBe(true)
  proxy.faults.isRefusing = false
  await eventually(() => {
    expect(own.log.isLive('a')).toBe(true)
  })
})

test('a channel whose notifications are not proven to come again is not live', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await own.log.follow('a', new FollowRecorder())
  await server.client.call('ACL', 'SETUSER', 'default', '-spublish')
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  const refusedProbes = async () => {
    const stats = await server.client.info('commandstats')
    return Number(/cmdstat_spublish:.*rejected_calls=(\d+)/.exec(stats)?.[1] ?? 0)
  }
  await eventually(async () => {
    expect(await server.client.call('PUBSUB', 'SHARDCHANNELS')).toEqual(['runnel:{a}:live'])
  })
  const before = await refusedProbes()
  await eventually(async () => {
    expect(await refusedProbes()).toBeGreaterThan(before + 1)
  })
  expect(own.log.isLive('a')).toBe(false)
  await server.client.call('ACL', 'SETUSER', 'default', '+spublish')
  await eventually(() => {
    expect(own.log.isLive('a')).toBe(true)
  })
})

test('an event whose notification is lost invalidates its channel, though the connection stands', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  await server.client.hset('runnel:{a}:meta', { chain: 'eeeeeeee:1', top: 1 })
  await eventually(() => {
    expect(follower.invalidations).toBe(1)
  })
  await untilHeard(own.log, 'a', follower)
  expect(follower.invalidations).toBe(1)
})

test.for([
  ['says nothing', 0],
  ['goes on talking', 200],
] as const)('a feed from a wrong server that %s is given up', async ([, interval]) => {
  await using server = await RedisServer.start()
  await using stranger = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  await using own = await openRedisLog(proxy.url)
  await using other = await openRedisLog(server.url)
  // Commands go to one server, the feed to another, as after a fail-over that one connection has missed.
  proxy.faults.target = { host: '127.0.0.1', port: stranger.port }
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  proxy.faults.target = { host: '127.0.0.1', port: server.port }
  expect(await stranger.client.call('PUBSUB', 'SHARDCHANNELS')).toEqual(['runnel:{a}:live'])
  const talking =
    interval > 0 &&
    setInterval(() => {
      void stranger.client.spublish('runnel:{a}:live', encodeProbe('unasked'))
    }, interval)
  await accept(other.log, 'a', newEvents('missed'))
  // The first silence is no proof that the feed is dead, but none that notifications come either.
  while (own.log.isLive('a')) await setImmediate()
  await untilHeard(other.log, 'a', follower)
  if (talking !== false) clearInterval(talking)
  expect(follower.invalidations).toBeGreaterThan(0)
})

test('requests to a frozen server fail soon, and it is back when it thaws', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  server.freeze()
  await eventually(() => {
    expect(own.log.status().reachable).toBe(false)
  })
  await expect(own.log.append('a', newEvents('1'))).rejects.toThrow(/away/)
  await expect(own.log.read('a', { after: 0, maxEvents: 1, maxBytes: 1 })).rejects.toThrow(/away/)
  await expect(own.log.follow('b', follower)).rejects.toThrow(/away/)
  server.thaw()
  await eventually(() => {
    expect(own.log.status().reachable).toBe(true)
  })
  await untilHeard(own.log, 'a', follower)
})

test('a server that forgets everything invalidates every channel, written or not', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await using other = await openRedisLog(server.url)
  const [written, unwritten] = [new FollowRecorder(), new FollowRecorder()]
  await accept(own.log, 'written', newEvents('1'))
  await own.log.follow('written', written)
  await own.log.follow('unwritten', unwritten)
  await server.client.flushall()
  // The next incarnation begins before a check can see that the last one is gone.
  await other.log.read('another', { after: 0, maxEvents: 0, maxBytes: 0 })
  await eventually(() => {
    expect([written.invalidations, unwritten.invalidations]).toEqual([1, 1])
  })
})

test('an unwritten channel is invalidated once the incarnation in which it was found is forgotten, and no sooner', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await server.client.flushall()
  const [first, second] = [new FollowRecorder(), new FollowRecorder()]
  await own.log.follow('first', first)
  const { history } = await own.log.read('first', { after: 0, maxEvents: 0, maxBytes: 0 })
  await own.log.follow('second', second)
  await server.client.set('runnel:incarnation', `llllllll ${history.incarnations[0]} ${Date.now()}`)
  // A channel that is invalidated with the next check shows that there was one.
  const witness = new FollowRecorder()
  await accept(own.log, 'witness', newEvents('1'))
  await own.log.follow('witness', witness)
  await server.client.del('runnel:{witness}:meta')
  await eventually(() => {
    expect(witness.invalidations).toBe(1)
  })
  expect([first.invalidations, second.invalidations]).toEqual([0, 0])
  await server.client.set('runnel:incarnation', `mmmmmmmm llllllll ${Date.now()}`)
  await eventually(() => {
    expect([first.invalidations, second.invalidations]).toEqual([1, 1])
  })
})

test('a connection that is lost costs the channels on other servers nothing', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  const homeOf = async (channel: string) =>
    cluster.nodeOf(channelKeys(channel, { prefix: 'runnel', isCluster: true, db: 0 }).slot)
  const cut = await homeOf('a')
  const others = ['b', 'c', 'd', 'e', 'f']
  const homes = await Promise.all(others.map(homeOf))
  const index = homes.findIndex((home) => home !== cut)
  for (const channel of ['a', others[index]!]) await own.log.follow(channel, new FollowRecorder())
  const [before, elsewhere] = [
    await countCalls(cut, 'ssubscribe'),
    await countCalls(homes[index]!, 'ssubscribe'),
  ]

  await cut.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await eventually(async () => {
    expect(await countCalls(cut, 'ssubscribe')).toBeGreaterThan(before)
    expect(own.log.isLive('a')).toBe(true)
  })

  expect(await countCalls(homes[index]!, 'ssubscribe')).toBe(elsewhere)
})

test('a slot that moves to another node, and back, takes its followers along', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  await using other = await openRedisLog(cluster.url)
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  const { slot } = channelKeys('a', { prefix: 'runnel', isCluster: true, db: 0 })
  const home = await cluster.nodeOf(slot)
  const away = cluster.nodes.slice(0, 3).find((node) => node !== home)!
  for (const node of [away, home]) {
    await cluster.moveSlot(slot, node)
    await untilHeard(other.log, 'a', follower)
  }
  const result = await accept(other.log, 'a', newEvents('last'))
  const { history } = await own.log.read('a', { after: 0, maxEvents: 0, maxBytes: 0 })
  expect([history.oldest, history.top]).toEqual([1, result.first])
})

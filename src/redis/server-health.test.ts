/** Servers that change, come back as others, or are away in part. */
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { eventually } from '../../test/support/eventually.ts'
import { FaultProxy } from '../../test/support/proxies/fault-proxy.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { redisAccess } from '../../test/support/redis/redis-access.ts'
import { newEvents } from '../log/suite/helpers.suite.ts'
import { channelKeys } from './keys.ts'
import { openServers } from './open-servers.ts'
import { Refusals } from './refusals.ts'
import { ServerHealth } from './server-health.ts'

const EVICTING = { 'maxmemory-policy': 'allkeys-lru' }

afterEach(() => {
  vi.useRealTimers()
})

/** The health of a server, whose rounds are as fast as the test lets them be. */
async function watch(server: RedisServer) {
  const servers = openServers(redisAccess(server.url))
  await servers.start()
  const refusals = new Refusals(() => undefined)
  const health = new ServerHealth(servers, refusals, { onTrouble: () => {}, onWarning: () => {} })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await health.start()
  return Object.assign(health, {
    [Symbol.dispose]: () => {
      health.close()
      servers.close()
    },
  })
}

async function passRounds(server: RedisServer, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    vi.advanceTimersByTime(1_000)
    // The server has answered the round before this, more or less.
    await server.client.ping()
    await setImmediate()
  }
}

test('a setting that is changed while the server runs is found out within a minute', async () => {
  await using server = await RedisServer.start()
  using health = await watch(server)
  expect(health.trouble).toBeUndefined()
  await server.client.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await passRounds(server, 60)
  expect(health.trouble).toMatchObject({ code: 'eviction' })
})

test('no round follows a close, not even after one that was under way', async () => {
  await using server = await RedisServer.start()
  using health = await watch(server)
  const pings = async () => {
    const stats = await server.client.info('commandstats')
    return Number(/cmdstat_ping:calls=(\d+)/.exec(stats)?.[1] ?? 0)
  }
  const before = await pings()
  vi.advanceTimersByTime(1_000)
  health.close()
  await passRounds(server, 20)
  // Those of the test itself, and the one that was under way.
  expect((await pings()) - before).toBeLessThanOrEqual(21)
})

test('another server that answers after an outage is looked at before it is used', async () => {
  await using server = await RedisServer.start()
  await using evicting = await RedisServer.start({ directives: EVICTING })
  await using proxy = await FaultProxy.start(server.url)
  await using own = await openRedisLog(proxy.url)
  proxy.faults.isRefusing = true
  proxy.cut()
  await eventually(() => {
    expect(own.log.status()).toMatchObject({ state: 'away' })
  })
  proxy.faults.target = { host: '127.0.0.1', port: evicting.port }
  proxy.faults.isRefusing = false
  await eventually(() => {
    expect(own.log.status().troubles).toMatchObject([{ code: 'eviction' }])
  })
  expect(own.told.filter((each) => each.startsWith('ends log'))).toEqual([])
})

test('while one node of a cluster is away, what the others refuse is told', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  const [away, other, , replica] = cluster.nodes
  const space = { prefix: 'runnel', isCluster: true, db: 0 }
  let channel = 'a'
  while ((await cluster.nodeOf(channelKeys(channel, space).slot)) !== other) channel += 'a'
  await replica!.kill()
  await away!.kill()
  await eventually(() => {
    expect(own.told.some((each) => each.startsWith('begins log'))).toBe(true)
  })
  await other.client.config('SET', 'maxmemory', '1')
  // The cluster as a whole must go on for the others.
  await other.client.config('SET', 'cluster-require-full-coverage', 'no')
  await eventually(async () => {
    await own.log.append(channel, newEvents('1')).catch(() => undefined)
    expect(own.told).toContain('begins requests no-memory')
  })
})

/** The reports of servers that are away or refuse: at the start, while it lasts, and in the documentation. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { FaultProxy } from '../../test/support/proxies/fault-proxy.ts'
import { FollowRecorder } from '../../test/support/redis/follow-recorder.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { TestAuthority } from '../../rig/servers/redis-tls.ts'
import { accept, newEvents } from '../log/suite/helpers.suite.ts'
import { channelKeys } from './keys.ts'
import { TROUBLE_CODES } from './trouble-codes.ts'

const PASSWORD =
  /^(?!.*sesame).*(?:WRONGPASS|NOAUTH).*: put the user and password .*RUNNEL_REDIS_URL/

test.for([
  ['a wrong password', ':sesame@', PASSWORD],
  ['no password', '', PASSWORD],
  ['an unknown user', 'sesame:sesame@', PASSWORD],
  [
    'a user without rights',
    'powerless:sesame@',
    /NOPERM.*give the Redis user|replication id.*\+info/,
  ],
] as const)('a start with %s ends with a sentence', async ([, userinfo, sentence]) => {
  await using server = await RedisServer.start({
    directives: { requirepass: 'right' },
    lines: ['user powerless on >sesame ~* &* -@all'],
  })
  await expect(openRedisLog(server.url.replace('//', `//${userinfo}`))).rejects.toThrow(sentence)
})

test('a start with a cluster ends with a sentence, too, which names the faulty node', async () => {
  await using cluster = await RedisCluster.start()
  const [node] = cluster.nodes
  await node!.client.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await expect(openRedisLog(cluster.url)).rejects.toThrow(
    new RegExp(`127\\.0\\.0\\.1:${node!.port}: expected a Redis that never evicts`),
  )
  for (const { client } of cluster.nodes) {
    await client.call('ACL', 'SETUSER', 'app', 'on', '>right', '~*', '&*', '+@all')
  }
  const url = cluster.url.replace('//', '//app:sesame@')
  await expect(openRedisLog(url)).rejects.toThrow(/WRONGPASS.*RUNNEL_REDIS_URL/)
})

test('a start with a wrong password for sentinels ends with a sentence', async () => {
  await using sentinels = await Sentinels.start()
  const url = `${sentinels.url}?sentinelUsername=app&sentinelPassword=sesame`
  await expect(openRedisLog(url)).rejects.toThrow(/WRONGPASS.*RUNNEL_REDIS_URL.*sentinelPassword/)
})

test('a start with another topology than the URL says ends with a sentence', async () => {
  await using server = await RedisServer.start()
  await using sentinels = await Sentinels.start()
  for (const [url, sentence] of [
    [server.url.replace('redis:', 'redis+cluster:'), /cluster support disabled: name it as redis:/],
    [`${server.url.replace('redis:', 'redis+sentinel:')}/runnel`, /it is no sentinel/],
    [sentinels.url.replace(/runnel$/, 'runel'), /: end RUNNEL_REDIS_URL in the name by which/],
  ] as const) {
    await expect(openRedisLog(url)).rejects.toThrow(sentence)
  }
})

test('a server that wants client certificates is reported as refusing', async () => {
  await using tls = await TestAuthority.create()
  await using server = await RedisServer.start({ tls })
  await using own = await openRedisLog(server.url, { access: { caFile: tls.caFile } })
  await server.client.config('SET', 'tls-auth-clients', 'yes')
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'normal')
  // Some connections are reset before the alert is read.
  await eventually(() => {
    expect(own.told).toContain('begins log client-certificate')
  })
})

test('a server that loads its data is reported as away', async () => {
  await using server = await RedisServer.start({
    directives: { 'key-load-delay': 20_000, 'loading-process-events-interval-bytes': 1024 },
  })
  for (let key = 0; key < 300; key++) await server.client.set(`key ${key}`, 'x'.repeat(200))
  await server.client.save()
  await using own = await openRedisLog(server.url)
  const restarted = server.restart()
  await eventually(() => {
    expect(own.log.status().troubles).toMatchObject([{ state: 'away', code: 'loading' }])
  })
  await restarted
  await eventually(() => {
    expect(own.log.status()).toMatchObject({ state: 'ok' })
  })
})

const QUICK = 300
const USER = 'user app on >sesame ~* &* +@all'

test('an outage that lasts is reported once an interval, with the number of failed requests', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url, { interval: QUICK })
  await server.kill()
  for (let reminders = 1; reminders <= 2; reminders++) {
    await expect(own.log.append('a', newEvents('1'))).rejects.toThrow(/away/)
    await eventually(() => {
      expect(own.told.length).toBeGreaterThan(reminders)
    })
  }
  const [{ count, seconds } = { count: 0, seconds: 0 }] = own.log.status().troubles
  expect(count).toBe(2)
  expect(own.told.length).toBeLessThanOrEqual(2 + (seconds + 1) * (1_000 / QUICK))
  await server.restart()
  await eventually(() => {
    expect(own.told.at(-1)).toBe('ends log unreachable')
  })
  const between = own.told.slice(1, -1)
  expect(new Set(between)).toEqual(new Set(['lasts log unreachable']))
  expect(own.told[0]).toBe('begins log unreachable')
})

test('an outage that turns into a refusal is reported once more', async () => {
  await using first = await RedisServer.start({ lines: [USER] })
  await using second = await RedisServer.start()
  await using proxy = await FaultProxy.start(first.url)
  await using own = await openRedisLog(proxy.url.replace('//', '//app:sesame@'))
  await first.kill()
  await eventually(() => {
    expect(own.told).toEqual(['begins log unreachable'])
  })
  proxy.faults.target = { host: '127.0.0.1', port: second.port }
  await eventually(() => {
    expect(own.told.slice(1)).toEqual(['begins log wrong-password'])
  })
  await second.client.call('ACL', 'SETUSER', ...USER.split(' ').slice(1))
  await eventually(() => {
    expect(own.told.slice(2)).toEqual(['ends log wrong-password'])
  })
})

test('while the log cannot be used at all, single refusals are not reported', async () => {
  await using server = await RedisServer.start({ lines: [USER] })
  const url = server.url.replace('//', '//app:sesame@')
  await using own = await openRedisLog(url, { interval: QUICK })
  await own.log.follow('a', new FollowRecorder())
  await server.client.call('ACL', 'SETUSER', 'app', '-@all')
  await eventually(() => {
    // More rounds than there are between two position checks, which are refused as well.
    const since = own.told.slice(own.told.indexOf('begins log missing-right'))
    expect(since.length).toBeGreaterThan(6)
    expect(since.filter((line) => !line.includes(' log '))).toEqual([])
  })
})

test('a refusal that comes back soon after its end is in the status, but not reported again at once', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const refuse = async () => {
    await server.client.config('SET', 'min-replicas-to-write', '1')
    await expect(own.log.append('a', newEvents('1'))).rejects.toThrow(/NOREPLICAS/)
    await server.client.config('SET', 'min-replicas-to-write', '0')
  }
  await refuse()
  await accept(own.log, 'a', newEvents('1'))
  await eventually(() => {
    expect(own.told).toEqual(['begins requests no-replicas', 'ends requests no-replicas'])
  })
  expect(own.log.status()).toMatchObject({ state: 'ok', troubles: [] })
  await refuse()
  expect(own.told).toHaveLength(2)
  expect(own.log.status()).toMatchObject({ troubles: [{ code: 'no-replicas', count: 1 }] })
})

test('a refusal that lasts is reported again, and one that comes and goes is not reported each time', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url, { interval: QUICK })
  const refuse = async () => {
    await server.client.config('SET', 'min-replicas-to-write', '1')
    await expect(own.log.append('a', newEvents('1'))).rejects.toThrow(/NOREPLICAS/)
    await server.client.config('SET', 'min-replicas-to-write', '0')
  }
  await eventually(async () => {
    await refuse()
    // Accepted in turn with refusals, for longer than two health checks: one refusal that lasts.
    await accept(own.log, 'a', newEvents('1'))
    expect(own.told.length).toBeGreaterThan(10)
  })
  expect(own.told[0]).toBe('begins requests no-replicas')
  expect(new Set(own.told.slice(1))).toEqual(new Set(['lasts requests no-replicas']))
  await accept(own.log, 'a', newEvents('1'))
  await eventually(() => {
    expect(own.told.at(-1)).toBe('ends requests no-replicas')
  })
})

test('a refusal before its reminder is reported once, however often it comes', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await server.client.config('SET', 'min-replicas-to-write', '1')
  for (let round = 0; round < 200; round++) {
    await expect(own.log.append(`a${round}`, newEvents('1'))).rejects.toThrow(/NOREPLICAS/)
  }
  expect(own.told).toEqual(['begins requests no-replicas'])
  expect(own.log.status().troubles).toMatchObject([{ count: 200 }])
})

test('broken channels are reported one by one, up to a bound', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  for (let round = 0; round < 50; round++) {
    await server.client.set(`runnel:{a${round}}:meta`, 'foreign')
    await expect(own.log.append(`a${round}`, newEvents('1'))).rejects.toThrow(/WRONGTYPE/)
  }
  await accept(own.log, 'whole', newEvents('1'))
  await eventually(() => {
    expect(own.told).toEqual(Array.from({ length: 20 }, () => 'begins channel foreign-data'))
  })
  expect(own.log.status()).toMatchObject({ state: 'ok', reachable: true })
})

test('a slot that is left half moved is reported as a change of the cluster', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  const { slot } = channelKeys('moving', { prefix: 'runnel', isCluster: true, db: 0 })
  const home = await cluster.nodeOf(slot)
  const other = cluster.nodes.slice(0, 3).find((node) => node !== home)!
  await cluster.moveSlot(slot, other, async () => {
    await expect(own.log.append('moving', newEvents('1'))).rejects.toThrow(/away/)
  })
  expect(own.told).toEqual(['begins requests cluster-changes'])
  await accept(own.log, 'moving', newEvents('1'))
})

test('the documentation explains every code', () => {
  const page = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (?:away|refused) +\|/gm)].map(
    ([, code]) => code,
  )
  expect(new Set(rows)).toEqual(new Set(TROUBLE_CODES))
})

/** Refusals: of servers that cannot hold the log, and of appends for which there is no room. */
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FollowRecorder } from '../../../test/support/redis/follow-recorder.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { RedisFleet } from '../../capacity/redis/redis-fleet.ts'
import { Refusals } from '../../redis/refusals.ts'
import { LogUnavailable } from '../event-log.ts'
import { accept, newEvents, readAll } from '../suite/helpers.suite.ts'

test.for(['allkeys-lru', 'allkeys-lfu', 'allkeys-random'])(
  'a server that evicts %s is refused with a sentence',
  async (policy) => {
    await using server = await RedisServer.start({ directives: { 'maxmemory-policy': policy } })
    await expect(openRedisLog(server.url)).rejects.toThrow(
      new RegExp(`got maxmemory-policy ${policy}.*set maxmemory-policy to noeviction`),
    )
  },
)

test('a server that evicts keys with a time to live is accepted with a warning', async () => {
  await using server = await RedisServer.start({
    directives: { 'maxmemory-policy': 'volatile-lru' },
  })
  await using own = await openRedisLog(server.url)
  expect(own.warnings).toEqual([expect.stringMatching(/volatile-lru.*set maxmemory-policy/)])
  expect(own.log.status().reachable).toBe(true)
})

test('a server that refuses the replication id to scripts is refused with a sentence', async () => {
  await using server = await RedisServer.start()
  await server.client.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all')
  const url = server.url.replace('//', '//app:secret@')
  await using allowed = await openRedisLog(url)
  expect(allowed.log.status()).toMatchObject({ ready: true, reachable: true })
  // Scripts run with the rights of the user that calls them.
  await server.client.call('ACL', 'SETUSER', 'app', '-info')
  await expect(openRedisLog(url)).rejects.toThrow(/\+info/)
})

test('a node of a cluster that is named as a server by itself is refused with a sentence', async () => {
  await using server = await RedisServer.start({ directives: { 'cluster-enabled': 'yes' } })
  await expect(openRedisLog(server.url)).rejects.toThrow(/redis\+cluster:/)
})

test('a replica is reported once as refused, and usable after its promotion', async () => {
  await using primary = await RedisServer.start()
  await using replica = await RedisServer.start({
    directives: { replicaof: `127.0.0.1 ${primary.port}` },
  })
  await using own = await openRedisLog(replica.url)
  // Each heartbeat makes the library connect anew, since the name may lead to the primary by then.
  const fleet = new RedisFleet(own.servers, new Refusals(() => {}), {
    interval: 50,
    timeToLive: 1_000,
  })
  fleet.join(() => ({ subscribers: 0, limit: 1 }))
  const connections = Number(await replica.info('total_connections_received'))
  await eventually(async () => {
    const now = Number(await replica.info('total_connections_received'))
    expect(now).toBeGreaterThan(connections + 20)
  })
  expect(own.told).toEqual(['begins log replica'])
  expect(own.log.status()).toMatchObject({
    state: 'refused',
    troubles: [{ mend: expect.stringContaining('name the primary') as string }],
  })
  await replica.client.call('REPLICAOF', 'NO', 'ONE')
  await eventually(() => {
    expect(own.log.status()).toMatchObject({ ready: true, reachable: true })
  })
  await accept(own.log, 'a', newEvents('1'))
  await fleet.close()
})

test('a refusal of a server that answers is reported, and shown for a while', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await server.client.config('SET', 'min-replicas-to-write', '1')
  for (let round = 0; round < 3; round++) {
    await expect(own.log.append('a', newEvents('1'))).rejects.toThrow(LogUnavailable)
  }
  expect(own.refused).toEqual([expect.stringContaining('NOREPLICAS')])
  expect(own.log.status()).toMatchObject({
    reachable: true,
    state: 'refused',
    troubles: [{ code: 'no-replicas', detail: own.refused[0], count: 3 }],
  })
})

test('the loss of the right to subscribe under a follower is reported, and the log goes on', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  await server.client.call('ACL', 'SETUSER', 'default', '-ssubscribe')
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await eventually(() => {
    expect(own.refused).toEqual([expect.stringContaining('NOPERM')])
  })
  await accept(own.log, 'a', newEvents('1'))
  await eventually(() => {
    expect(follower.invalidations).toBeGreaterThan(0)
  })
})

test('a position that could not be resumed later is not given out', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const read = async () => readAll(own.log, 'unwritten')
  await server.client.flushall()
  await server.client.config('SET', 'min-replicas-to-write', '1')
  await expect(read()).rejects.toThrow(LogUnavailable)
  await server.client.config('SET', 'min-replicas-to-write', '0')
  const { incarnations } = (await read()).history
  expect((await read()).history.incarnations).toEqual(incarnations)
})

test('a missing or forbidden database is refused with a sentence, and no other one is used', async () => {
  await using server = await RedisServer.start({ directives: { databases: '4' } })
  await server.client.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-select')
  const own = server.url.replace('//', '//app:secret@')
  for (const [url, reason] of [
    [
      `${server.url}/4`,
      /database 4: ERR DB index is out of range: name a database in RUNNEL_REDIS/,
    ],
    [`${own}/3`, /database 3: NOPERM .*: name a database in RUNNEL_REDIS_URL/],
  ] as const) {
    await expect(openRedisLog(url)).rejects.toThrow(reason)
  }
  expect(await server.client.dbsize()).toBe(0)
  await server.client.call('ACL', 'SETUSER', 'app', '+select')
  await using opened = await openRedisLog(`${own}/3`)
  await accept(opened.log, 'a', newEvents('1'))
  await server.client.call('ACL', 'SETUSER', 'app', '-select')
  await server.client.call('CLIENT', 'KILL', 'USER', 'app')
  await eventually(() => {
    expect(opened.told).toEqual(['begins log wrong-database'])
  })
  await expect(opened.log.append('a', newEvents('2'))).rejects.toThrow(LogUnavailable)
  expect(await server.client.dbsize()).toBe(0)
})

test.for([
  ['redis://127.0.0.1:1', /ECONNREFUSED/],
  ['redis+sentinel://127.0.0.1:1/runnel', /ECONNREFUSED/],
  ['redis+cluster://127.0.0.1:1', /no node of the cluster answers/],
] as const)(
  'no server at %s means away, and the reason is reported once',
  async ([url, reason]) => {
    await using own = await openRedisLog(url)
    expect(own.log.status()).toMatchObject({ ready: false, reachable: false })
    expect(own.away).toEqual([expect.stringMatching(reason)])
  },
)

test('a server without memory refuses appends and nothing is half done', async () => {
  await using server = await RedisServer.start({ directives: { maxmemory: '8mb' } })
  await using own = await openRedisLog(server.url)
  let accepted = 0
  for (const size of [100_000, 10_000, 1]) {
    const data = 'x'.repeat(size)
    let result = await own.log.append('full', newEvents(data))
    for (; result.kind === 'accepted'; result = await own.log.append('full', newEvents(data))) {
      accepted++
    }
    expect(result).toEqual({ kind: 'full', limit: 'memory' })
  }
  expect(await own.log.append('other', newEvents('a'))).toMatchObject({ limit: 'memory' })
  const { history, events } = await readAll(own.log, 'full')
  expect(history).toMatchObject({ oldest: 1, top: accepted })
  expect(events).toHaveLength(accepted)
  // An incarnation whose successor is due, for which there is no room.
  await server.client.config('SET', 'maxmemory', '0')
  await server.client.set('runnel:incarnation', `llllllll - ${Date.now() - 13 * 3_600_000}`)
  await server.client.config('SET', 'maxmemory', '1')
  expect((await readAll(own.log, 'other')).history).toMatchObject({
    chain: [],
    incarnations: ['llllllll'],
    top: 0,
  })
  expect(own.told).toEqual(['begins requests no-memory'])
  // It can be read meanwhile, also by pods that start.
  await using another = await openRedisLog(server.url)
  expect((await readAll(another.log, 'full')).history.top).toBe(accepted)

  await server.client.config('SET', 'maxmemory', '64mb')
  expect(await accept(own.log, 'full', newEvents('a'))).toMatchObject({ first: accepted + 1 })
})

test('the keys of a channel are bounded, and none is dropped for another', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url, { maxKeys: 3 })
  const append = async (key: string) =>
    own.log.append('keyed', newEvents('a'), { key, fingerprint: 'f' })
  for (const key of ['1', '2', '3']) expect(await append(key)).toMatchObject({ repeated: false })
  expect(await append('4')).toEqual({ kind: 'full', limit: 'keys' })
  expect(await append('1')).toMatchObject({ first: 1, repeated: true })
  expect(
    await own.log.append('other', newEvents('a'), { key: '4', fingerprint: 'f' }),
  ).toMatchObject({ kind: 'accepted' })
  expect((await readAll(own.log, 'keyed')).history.top).toBe(3)
})

test('a channel that could not be followed, by two at once, is followed as soon as that is possible', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const follower = new FollowRecorder()
  await server.client.call('ACL', 'SETUSER', 'default', '-ssubscribe')
  const tries = [own.log.follow('a', follower), own.log.follow('a', follower)]
  for (const { status } of await Promise.allSettled(tries)) expect(status).toBe('rejected')
  await server.client.call('ACL', 'SETUSER', 'default', '+ssubscribe')

  await own.log.follow('a', follower)
  await accept(own.log, 'a', newEvents('1'))
  await eventually(() => {
    expect(follower.data).toEqual(['1'])
  })
})

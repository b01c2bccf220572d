/** The user of docs/redis.md may do all that is asked of it, and is given no right that is not needed. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderRedisRule } from '../../docs/render-redis-rule.ts'
import { eventually } from '../../test/support/eventually.ts'
import { FollowRecorder } from '../../test/support/redis/follow-recorder.ts'
import { redisAccess } from '../../test/support/redis/redis-access.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { RedisFleet } from '../capacity/redis/redis-fleet.ts'
import { LogUnavailable, type EventLog } from '../log/event-log.ts'
import { accept, newEvents, readAll, tracedEvent } from '../log/suite/helpers.suite.ts'
import { channelKeys, type ChannelKeys } from './keys.ts'
import { Refusals } from './refusals.ts'
import { openServers } from './open-servers.ts'

const PAGE = new URL('../../docs/redis.md', import.meta.url)
const RULE = /^user runnel .*$/m.exec(readFileSync(PAGE, 'utf8'))![0]
const RIGHTS = [...RULE.matchAll(/\+(\S+)/g)].map(([, command]) => command!)

function asUser(url: string): string {
  return url.replace('//', '//runnel:secret@')
}

/** All that a pod asks of its servers. `clientOf` gives who may do all on the server of a channel. */
async function useAll(url: string, clientOf: (channel: string) => Promise<Client>): Promise<void> {
  await using own = await openRedisLog(url, { publishAck: 'replicated', historyBytes: 4_000 })
  const follower = new FollowRecorder()
  const stop = await own.log.follow('a', follower)
  const key = { key: 'k', fingerprint: 'f' }
  await accept(own.log, 'a', newEvents('1'), key)
  await ageKeys(await clientOf('a'), 'a')
  expect(await accept(own.log, 'a', newEvents('2'), key)).toMatchObject({ repeated: false })
  await eventually(() => {
    expect(follower.data).toEqual(['1', '2'])
  })
  expect((await readAll(own.log, 'a')).events).toHaveLength(2)
  stop()
  await repair(own.log, clientOf)
  let announced = 0
  own.log.watchTraces(() => announced++)
  await eventually(async () => {
    await accept(own.log, 'a', [tracedEvent('3')])
    expect(announced).toBeGreaterThan(0)
  })

  const servers = openServers(redisAccess(url))
  await servers.start()
  const fleet = new RedisFleet(servers, new Refusals(() => {}), { interval: 50, timeToLive: 5_000 })
  fleet.join(() => ({ subscribers: 1, limit: 2 }))
  await eventually(() => {
    expect(fleet.view).toEqual({ kind: 'alone' })
  })
  expect(await fleet.admit('somebody', 1)).toBe(true)
  fleet.release('somebody')
  await fleet.close()
  servers.close()
}

type Client = RedisServer['client']

/** Makes the idempotency keys of a channel ten minutes older. */
async function ageKeys(client: Client, channel: string): Promise<void> {
  const { keys, keyExpiry } = keysOf(channel)
  for (const [name, stored] of Object.entries(await client.hgetall(keys))) {
    await client.hset(keys, name, stored.replace(/^\d+/, '1'))
    await client.zadd(keyExpiry, 1, name)
  }
}

/** Appends that remove what another program has added, and what is too much. */
async function repair(
  log: EventLog,
  clientOf: (channel: string) => Promise<Client>,
): Promise<void> {
  await accept(log, 'added', newEvents('1'))
  await (await clientOf('added')).xadd(keysOf('added').events, '*', 'foreign', '')
  await accept(log, 'added', newEvents('2'))
  await (await clientOf('alone')).xadd(keysOf('alone').events, '*', 'foreign', '')
  await accept(log, 'alone', newEvents('1'))
  for (const data of ['x', 'y']) await accept(log, 'large', newEvents(data.repeat(2_500)))
}

function keysOf(channel: string): ChannelKeys {
  return channelKeys(channel, { prefix: 'runnel', isCluster: false, db: 0 })
}

/** Appends to a channel whose slot is on its way to another node. */
async function useMoving(cluster: RedisCluster): Promise<void> {
  await using own = await openRedisLog(asUser(cluster.url))
  const { slot } = channelKeys('moving', { prefix: 'runnel', isCluster: true, db: 0 })
  const home = await cluster.nodeOf(slot)
  const away = cluster.nodes.slice(0, 3).find((node) => node !== home)!
  await cluster.moveSlot(slot, away, async () => {
    // Both nodes send it on, since neither has all of its keys.
    await expect(own.log.append('moving', newEvents('1'))).rejects.toThrow(LogUnavailable)
  })
  expect(await accept(own.log, 'moving', newEvents('1'))).toMatchObject({ first: 1 })
}

/** The commands that a server has carried out since it was last asked to forget them. */
async function commandsOf({ client }: RedisServer): Promise<string[]> {
  const stats = await client.info('commandstats')
  return [...stats.matchAll(/^cmdstat_(\S+?):/gm)].map(([, command]) => command!)
}

/** Commands that need no right, and those of the tests and the replicas. */
const OTHERS =
  'auth hello acl|log config|resetstat psync replconf cluster|setslot cluster|getkeysinslot'.split(
    ' ',
  )

test('the documented rule lets a user do all that a log and a fleet need, and nothing else', async () => {
  await using server = await RedisServer.start({ lines: [RULE] })
  await using cluster = await RedisCluster.start({ lines: [RULE] })
  const servers = [server, ...cluster.nodes.slice(0, 3)]
  for (const { client } of servers) await client.config('RESETSTAT')
  await server.client.select(1)
  await useAll(`${asUser(server.url)}/1`, async () => server.client)
  await useAll(asUser(cluster.url), async (channel) => {
    const { client } = await cluster.nodeOf(keysOf(channel).slot)
    return client
  })
  await useMoving(cluster)

  const used = new Set((await Promise.all(servers.map(commandsOf))).flat())
  const asked = [...used].filter((command) => !OTHERS.includes(command))
  expect(new Set(asked)).toEqual(new Set(RIGHTS))
  for (const { client } of servers) expect(await client.acl('LOG')).toEqual([])
})

test('the documented rule for sentinels lets a user find the primary and be told of fail-overs', async () => {
  await using sentinels = await Sentinels.start()
  const [rule] = /^user runnel .*\+sentinel.*$/m.exec(readFileSync(PAGE, 'utf8'))!
  for (const { client } of sentinels.sentinels) {
    await client.call('ACL', 'SETUSER', ...rule.split(' ').slice(1))
  }
  const url = `${sentinels.url}?sentinelUsername=runnel&sentinelPassword=secret`
  await using own = await openRedisLog(url)
  await accept(own.log, 'a', newEvents('1'))
  await eventually(async () => {
    for (const { client } of sentinels.sentinels) {
      expect(String(await client.call('CLIENT', 'LIST'))).toMatch(/ sub=1 .* user=runnel /)
    }
  })
  for (const { client } of sentinels.sentinels) expect(await client.acl('LOG')).toEqual([])
})

test('the documented rule is made from the commands that scripts declare and those that are sent', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(renderRedisRule())
})

/** Commands that a single server needs only at times, or that are skipped where they are refused. */
const OPTIONAL =
  'client|setname select publish subscribe sunsubscribe wait cluster|slots cluster|info asking'.split(
    ' ',
  )

test.for([
  ...RIGHTS.filter((right) => !OPTIONAL.includes(right)).map((right) => `-${right}`),
  'resetkeys',
  'resetchannels',
])('a user of the rule with %s is refused with a sentence', async (rule) => {
  await using server = await RedisServer.start({ lines: [RULE] })
  await server.client.call('ACL', 'SETUSER', 'runnel', rule)
  const opening = openRedisLog(asUser(server.url))
  await expect(opening).rejects.toThrow(
    /^expected (?:a Redis user with all rights|the server to tell scripts its replication id)/,
  )
  const named =
    { resetkeys: '~runnel:*', resetchannels: '&runnel:*' }[rule] ?? rule.replace('-', '+')
  await expect(opening).rejects.toThrow(named)
  expect(await server.client.dbsize()).toBeLessThanOrEqual(1)
})

test('with another prefix, the start and the reports name the rights by it', async () => {
  const rule = RULE.replaceAll('runnel:*', 'shop:*')
  await using server = await RedisServer.start({ lines: [rule] })
  const url = asUser(server.url)
  const access = { prefix: 'shop' }
  await using own = await openRedisLog(url, { access })
  const { client } = server
  await client.call('ACL', 'SETUSER', 'runnel', 'resetchannels', '&runnel:*')
  await expect(openRedisLog(url, { access })).rejects.toThrow(/: give the Redis user &shop:\*$/)
  await client.call('ACL', 'SETUSER', 'runnel', 'resetkeys', '~runnel:*')
  await expect(openRedisLog(url, { access })).rejects.toThrow(/: give the Redis user ~shop:\*$/)
  await expect(own.log.append('a', newEvents('1'))).rejects.toThrow(LogUnavailable)
  await eventually(() => {
    const mends = own.log.status().troubles.map(({ mend }) => mend)
    expect(mends).toContain('give the Redis user ~shop:*')
  })
})

test.for([
  ['FLUSHALL'],
  ['CONFIG', 'GET', '*'],
  ['KEYS', '*'],
  ['GET', 'another'],
  ['EVAL', "return redis.call('GET', 'another')", '0'],
  ['SPUBLISH', 'another', 'text'],
])('a user of the rule may not: %j', async ([command, ...args]) => {
  await using server = await RedisServer.start({ lines: [RULE] })
  await server.client.auth('runnel', 'secret')
  await expect(server.client.call(command!, ...args)).rejects.toThrow(/NOPERM|can't access/)
})

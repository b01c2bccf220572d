/** Appends that wait for a replica: they share their waits, and do not fail without a replica. */
import { expect, test, vi } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Sentinels } from '../../../rig/servers/sentinels.ts'
import { LogUnavailable } from '../event-log.ts'
import { accept, newEvents } from '../suite/helpers.suite.ts'

const REPLICATED = { publishAck: 'replicated' } as const

async function waits({ client }: RedisServer): Promise<number> {
  const stats = await client.info('commandstats')
  return Number(/cmdstat_wait:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

test('many appends at once share a wait, and a replica has all of them', async () => {
  await using group = await Sentinels.start()
  await using own = await openRedisLog(group.url, REPLICATED)
  const appends = Array.from({ length: 500 }, async (_, index) =>
    accept(own.log, `channel-${index % 5}`, newEvents(String(index))),
  )
  const results = await Promise.all(appends)
  expect(results.filter(({ isReplicated }) => isReplicated === true)).toHaveLength(500)
  const [primary, ...replicas] = group.servers
  expect(await waits(primary!)).toBeLessThan(50)
  const most = await Promise.all(replicas.map(async ({ client }) => countEvents(client)))
  expect(Math.max(...most)).toBe(500)
})

async function countEvents(client: RedisServer['client']): Promise<number> {
  let events = 0
  for (let channel = 0; channel < 5; channel++) {
    events += await client.xlen(`runnel:{channel-${channel}}:events`)
  }
  return events
}

test('without a replica appends are accepted unconfirmed, and a repeated key waits again', async () => {
  await using group = await Sentinels.start()
  await using own = await openRedisLog(group.url, REPLICATED)
  await using other = await openRedisLog(group.url, REPLICATED)
  const key = { key: 'k', fingerprint: 'f' }
  for (const replica of group.servers.slice(1)) replica.freeze()
  const first = await accept(own.log, 'a', newEvents('1'), key)
  expect(first).toMatchObject({ first: 1, isReplicated: false })
  // Without a write of its own, WAIT would answer another process at once.
  const repeated = await accept(other.log, 'a', newEvents('1'), key)
  expect(repeated).toMatchObject({ first: 1, repeated: true, isReplicated: false })
  // Nothing was written, so there is nothing to wait for.
  const before = await waits(group.servers[0]!)
  expect(await own.log.append('a', newEvents('2'), { key: 'k', fingerprint: 'g' })).toEqual({
    kind: 'key-reused',
  })
  expect(await waits(group.servers[0]!)).toBe(before)
  for (const replica of group.servers) replica.thaw()
  await eventually(async () => {
    const again = await accept(own.log, 'a', newEvents('1'), key)
    expect(again).toMatchObject({ first: 1, repeated: true, isReplicated: true })
  })
})

test('confirmed appends follow the primary after a fail-over', async () => {
  await using group = await Sentinels.start()
  await using own = await openRedisLog(group.url, REPLICATED)
  const old = await group.primary()
  expect(await accept(own.log, 'a', newEvents('1'))).toMatchObject({ isReplicated: true })
  await old.kill()
  await eventually(async () => {
    expect(await accept(own.log, 'a', newEvents('2'))).toMatchObject({ isReplicated: true })
  })
})

test('each node of a cluster has its own replica', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url, REPLICATED)
  const channels = Array.from({ length: 12 }, (_, index) => `channel-${index}`)
  for (const channel of channels) {
    expect(await accept(own.log, channel, newEvents('1'))).toMatchObject({ isReplicated: true })
  }
  const counts = await Promise.all(cluster.nodes.slice(0, 3).map(waits))
  expect(counts.every((count) => count > 0)).toBe(true)
})

test('an append stays accepted where the right to wait for a replica is missing', async () => {
  await using server = await RedisServer.start()
  const { client } = server
  await client.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all')
  await using own = await openRedisLog(server.url.replace('//', '//app:secret@'), REPLICATED)
  await client.call('ACL', 'SETUSER', 'app', '-wait')
  for (const first of [1, 2]) {
    const result = await accept(own.log, 'a', newEvents('x'))
    expect(result).toMatchObject({ first, isReplicated: false })
  }
})

test('an append that waits for its turn when the log closes fails, and opens no connection', async () => {
  await using server = await RedisServer.start()
  const own = await openRedisLog(server.url, REPLICATED)
  const append = own.log.append('a', newEvents('1'))
  await own[Symbol.asyncDispose]()
  await expect(append).rejects.toThrow(LogUnavailable)
  await eventually(async () => {
    const clients = String(await server.client.client('LIST'))
      .trim()
      .split('\n')
    expect(clients).toHaveLength(1)
  })
  expect(await server.client.exists('runnel:{a}:events')).toBe(0)
})

test('an append whose server leaves the cluster before it is sent fails, and leaves those after it alone', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url, REPLICATED)
  const append = own.log.append('a', newEvents('1'))
  const serverOf = vi.spyOn(own.servers, 'serverOf').mockReturnValue(undefined)
  await expect(append).rejects.toThrow(LogUnavailable)
  serverOf.mockRestore()
  expect(await accept(own.log, 'a', newEvents('2'))).toMatchObject({ first: 1 })
})

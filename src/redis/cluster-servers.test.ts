/** What is known of the nodes of a cluster: their names, their addresses and their errors. */
import { expect, test } from 'vitest'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { eventually } from '../../test/support/eventually.ts'
import { FollowRecorder } from '../../test/support/redis/follow-recorder.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { accept, newEvents } from '../log/suite/helpers.suite.ts'

/** Pings that a server has answered. */
async function pingsOf({ client }: RedisServer): Promise<number> {
  const stats = await client.info('commandstats')
  return Number(/cmdstat_ping:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

test('each node is named once, whatever the number of its slots, and pinged about once a second', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  const names = cluster.nodes.slice(0, 3).map(({ port }) => `127.0.0.1:${port}`)
  expect(own.servers.names().toSorted()).toEqual(names.toSorted())
  const [node] = cluster.nodes
  const before = await pingsOf(node!)
  await eventually(async () => {
    expect(await pingsOf(node!)).toBeGreaterThanOrEqual(before + 2)
  })
  // Far more than one a second, and far less than one for each of its 5,461 slots.
  expect(await pingsOf(node!)).toBeLessThan(before + 100)
})

test('a node that is back has no error any more', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  const [node, , , replica] = cluster.nodes
  const name = `127.0.0.1:${node!.port}`
  await replica!.kill()
  await node!.kill()
  await eventually(() => {
    expect(own.servers.errorOf(name)).toBeInstanceOf(Error)
  })
  await node!.restart()
  await eventually(() => {
    expect(own.log.status()).toMatchObject({ state: 'ok', troubles: [] })
    expect(own.servers.errorOf(name)).toBeUndefined()
  })
})

test('a node that is known by an IPv6 address can be followed', async () => {
  await using server = await RedisServer.start({
    directives: { bind: '127.0.0.1 ::1', 'cluster-enabled': 'yes', 'cluster-announce-ip': '::1' },
  })
  await server.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383)
  await eventually(async () => {
    expect(String(await server.client.call('CLUSTER', 'INFO'))).toContain('cluster_state:ok')
  })
  await using own = await openRedisLog(`redis+cluster://127.0.0.1:${server.port}`)
  expect(own.servers.names()).toEqual([`::1:${server.port}`])
  expect(own.servers.addressOf(0)).toEqual({ host: '::1', port: server.port })
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  await accept(own.log, 'a', newEvents('1'))
  await eventually(() => {
    expect(follower.data).toEqual(['1'])
  })
})

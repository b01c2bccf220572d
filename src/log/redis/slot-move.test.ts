/** A channel whose slot moves to another node of the cluster, before any of its keys has moved. */
import { expect, test } from 'vitest'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { channelKeys } from '../../redis/keys.ts'
import { accept, newEvents, readAll } from '../suite/helpers.suite.ts'

test('a channel goes on while its slot moves', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  await accept(own.log, 'a', newEvents('1'))
  const { slot } = channelKeys('a', { prefix: 'runnel', isCluster: true, db: 0 })
  const home = await cluster.nodeOf(slot)
  const away = cluster.nodes.slice(0, 3).find((node) => node !== home)!
  await cluster.moveSlot(slot, away, async () => {
    await accept(own.log, 'a', newEvents('2'))
  })
  expect((await readAll(own.log, 'a')).events.map(({ data }) => data)).toEqual(['1', '2'])
})

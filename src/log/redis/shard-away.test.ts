/** A cluster of which one primary is away and has no replica: the channels of the others go on. */
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { channelKeys } from '../../redis/keys.ts'
import { newEvents } from '../suite/helpers.suite.ts'

test('a pod that starts meanwhile is ready, and serves the channels of the other primaries', async () => {
  await using cluster = await RedisCluster.start({
    directives: { 'cluster-require-full-coverage': 'no', 'cluster-replica-no-failover': 'yes' },
  })
  const [gone] = cluster.nodes
  const homes = new Map<string, boolean>()
  for (const channel of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const { slot } = channelKeys(channel, { prefix: 'runnel', isCluster: true, db: 0 })
    homes.set(channel, (await cluster.nodeOf(slot)) !== gone)
  }
  expect(new Set(homes.values())).toEqual(new Set([true, false]))
  await gone!.kill()
  await using own = await openRedisLog(cluster.url)
  await eventually(() => {
    expect(own.log.status()).toMatchObject({ ready: true, reachable: false })
  })
  const goesOn = async (channel: string) =>
    own.log.append(channel, newEvents('1')).then(
      ({ kind }) => kind === 'accepted',
      () => false,
    )
  for (const [channel, isThere] of homes) {
    expect(own.log.reaches(channel)).toBe(isThere)
    expect(await goesOn(channel)).toBe(isThere)
  }
})

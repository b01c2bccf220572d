import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { describeTopologies } from '../../../test/support/redis/topologies.ts'
import type { RedisServer } from '../../../rig/servers/redis-server.ts'
import { channelKeys } from '../../redis/keys.ts'
import { describeEventLog } from '../event-log.suite.ts'
import { newChannel, type LogUnderTest, type OpenLog } from '../suite/helpers.suite.ts'

describeTopologies((topology) => {
  const open: OpenLog = async (bounds) => {
    const { url, primaries, server } = topology()
    for (const { client } of primaries) await client.flushall()
    const notifications = faultOf(primaries)
    const [own, other] = [await openRedisLog(url, bounds), await openRedisLog(url, bounds)]
    return {
      log: own.log,
      peer: other.log,
      newSibling: siblingIn,
      notifications,
      ...(server && { server }),
      async [Symbol.asyncDispose]() {
        await notifications.mend()
        await own[Symbol.asyncDispose]()
        await other[Symbol.asyncDispose]()
      },
    }
  }
  describeEventLog('its log', open)
})

/** Ends all subscriptions, and refuses new ones for a time. */
function faultOf(primaries: readonly RedisServer[]): NonNullable<LogUnderTest['notifications']> {
  const onEach = async (...command: readonly [string, ...string[]]) => {
    for (const { client } of primaries) await client.call(...command)
  }
  return {
    cut: async () => {
      await onEach('ACL', 'SETUSER', 'default', '-ssubscribe')
      await onEach('CLIENT', 'KILL', 'TYPE', 'pubsub')
    },
    mend: async () => onEach('ACL', 'SETUSER', 'default', '+ssubscribe'),
  }
}

/** In a cluster each hash slot has an incarnation of its own, since it can be lost by itself. */
function siblingIn(channel: string): string {
  const slot = slotOf(channel)
  let sibling = newChannel()
  while (slotOf(sibling) !== slot) sibling = newChannel()
  return sibling
}

function slotOf(channel: string): number {
  return channelKeys(channel, { prefix: 'runnel', isCluster: true, db: 0 }).slot
}

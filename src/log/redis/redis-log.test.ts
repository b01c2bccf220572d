import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe } from 'vitest'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Sentinels } from '../../../rig/servers/sentinels.ts'
import { channelKeys } from '../../redis/keys.ts'
import { describeEventLog } from '../event-log.suite.ts'
import { newChannel, type LogUnderTest, type OpenLog } from '../suite/helpers.suite.ts'

interface Topology extends AsyncDisposable {
  readonly url: string
}

describeOn(
  'one Redis server',
  async () => RedisServer.start(),
  (server) => [server],
)
describeOn(
  'Redis Sentinel',
  async () => Sentinels.start(),
  ({ servers }) => servers.slice(0, 1),
)
describeOn(
  'Redis Cluster',
  async () => RedisCluster.start(),
  ({ nodes }) => nodes.slice(0, 3),
)

const VALKEY = 'valkey-server'
describeOn(
  'one Valkey server, where there is one',
  async () => RedisServer.start({ program: VALKEY }),
  (server) => [server],
  spawnSync(VALKEY, ['--version']).error === undefined,
)

function describeOn<T extends Topology>(
  name: string,
  start: () => Promise<T>,
  primariesOf: (topology: T) => readonly RedisServer[],
  isThere = true,
): void {
  describe.runIf(isThere)(name, () => {
    let topology: T
    beforeAll(async () => {
      topology = await start()
    })
    afterAll(async () => topology[Symbol.asyncDispose]())

    const open: OpenLog = async (bounds) => {
      const primaries = primariesOf(topology)
      for (const { client } of primaries) await client.flushall()
      const notifications = faultOf(primaries)
      const [own, other] = [
        await openRedisLog(topology.url, bounds),
        await openRedisLog(topology.url, bounds),
      ]
      return {
        log: own.log,
        peer: other.log,
        newSibling: siblingIn,
        notifications,
        ...(topology instanceof RedisServer && { server: topology }),
        async [Symbol.asyncDispose]() {
          await notifications.mend()
          await own[Symbol.asyncDispose]()
          await other[Symbol.asyncDispose]()
        },
      }
    }
    describeEventLog('its log', open)
  })
}

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

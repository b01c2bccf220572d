import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe } from 'vitest'
import { startPod, type Pod } from '../../../test/support/redis/start-pod.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Sentinels } from '../../../rig/servers/sentinels.ts'
import { describeFleet } from '../fleet.suite.ts'
import type { FleetUnderTest, OpenFleet } from '../suite/helpers.suite.ts'

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

    const open: OpenFleet = async () => {
      const primaries = primariesOf(topology)
      for (const { client } of primaries) await client.flushall()
      const outage = refusalOfScripts(primaries)
      const pods: Pod[] = []
      return {
        startPod: async (readFacts) => {
          const pod = await startPod(topology.url, readFacts)
          pods.push(pod)
          return pod
        },
        outage,
        async [Symbol.asyncDispose]() {
          await outage.end()
          for (const pod of pods) await pod[Symbol.asyncDispose]()
        },
      }
    }
    describeFleet('its fleet', open)
  })
}

/** Pods meet in scripts alone: without these, they are parted, on every topology alike. */
function refusalOfScripts(
  primaries: readonly RedisServer[],
): NonNullable<FleetUnderTest['outage']> {
  const onEach = async (...rights: readonly string[]) => {
    for (const { client } of primaries) await client.call('ACL', 'SETUSER', 'default', ...rights)
  }
  return {
    begin: async () => onEach('-eval', '-evalsha'),
    end: async () => onEach('+eval', '+evalsha'),
  }
}

import { startPod, type Pod } from '../../../test/support/redis/start-pod.ts'
import { describeTopologies } from '../../../test/support/redis/topologies.ts'
import type { RedisServer } from '../../../rig/servers/redis-server.ts'
import { describeFleet } from '../fleet.suite.ts'
import type { FleetUnderTest, OpenFleet } from '../suite/helpers.suite.ts'

describeTopologies((topology) => {
  const open: OpenFleet = async () => {
    const { url, primaries } = topology()
    for (const { client } of primaries) await client.flushall()
    const outage = refusalOfScripts(primaries)
    const pods: Pod[] = []
    return {
      startPod: async (readFacts) => {
        const pod = await startPod(url, readFacts)
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

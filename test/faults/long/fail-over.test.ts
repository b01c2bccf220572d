/** Another server takes over, or the same server comes back with fewer events. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { channelKeys } from '../../../src/redis/keys.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { Sentinels } from '../../../rig/servers/sentinels.ts'
import { failOver, TAIL_LOST } from '../fail-over.ts'
import { Pods } from '../pods.ts'
import { expectNoBreach } from '../report.ts'
import { CHANNEL, runWithFault } from '../run-with-fault.ts'

const { slot } = channelKeys(CHANNEL, { prefix: 'runnel', isCluster: true, db: 0 })

test('Sentinel replaces a primary that is frozen', async () => {
  await using group = await Sentinels.start()
  await using pods = await Pods.start(3, [`--redis-url=${group.url}`])
  const fault = async () => failOver('frozen', async () => group.primary())
  const verdict = await runWithFault({ url: pods.url, fault, allowedGaps: TAIL_LOST })
  await expectNoBreach('Sentinel fail-over, primary frozen', verdict)
  expect(verdict.accepted).toBeGreaterThan(100)
})

test.for(['killed', 'frozen'] as const)('a cluster replaces a primary that is %s', async (how) => {
  await using cluster = await RedisCluster.start()
  await using pods = await Pods.start(3, [`--redis-url=${cluster.url}`])
  const fault = async () => failOver(how, async () => cluster.nodeOf(slot))
  const verdict = await runWithFault({ url: pods.url, fault, allowedGaps: TAIL_LOST })
  await expectNoBreach(`Cluster fail-over, primary ${how}`, verdict)
  expect(verdict.accepted).toBeGreaterThan(100)
})

test('a node of a cluster is killed and back with an old snapshot before a replica takes over', async () => {
  await using cluster = await RedisCluster.start()
  await using pods = await Pods.start(3, [`--redis-url=${cluster.url}`])
  const fault = async () => {
    const node = await cluster.nodeOf(slot)
    await node.client.save()
    await setTimeout(1_000)
    await node.restart()
    await setTimeout(3_000)
  }
  const verdict = await runWithFault({ url: pods.url, fault, allowedGaps: TAIL_LOST })
  await expectNoBreach('Cluster node killed, old snapshot', verdict)
  expect(verdict.lostByLog).toBeGreaterThan(0)
  expect(verdict.readersTold).toBe(12)
})

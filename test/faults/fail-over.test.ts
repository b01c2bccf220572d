/** Another server takes over, with or without the newest events. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { channelKeys } from '../../src/redis/keys.ts'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { failOver, TAIL_LOST } from './fail-over.ts'
import { Pods } from './pods.ts'
import { expectNoBreach } from './report.ts'
import { CHANNEL, runWithFault } from './run-with-fault.ts'

test('Sentinel replaces a primary that is killed', async () => {
  await using group = await Sentinels.start()
  await using pods = await Pods.start(3, [`--redis-url=${group.url}`])
  const fault = async () => failOver('killed', async () => group.primary())
  const verdict = await runWithFault({ url: pods.url, fault, allowedGaps: TAIL_LOST })
  await expectNoBreach('Sentinel fail-over, primary killed', verdict)
  expect(verdict.accepted).toBeGreaterThan(100)
})

test('after a fail-over that lost the tail, subscribers that have it get a gap', async () => {
  await using group = await Sentinels.start()
  await using pods = await Pods.start(3, [`--redis-url=${group.url}`])
  const fault = async () => {
    const old = await group.primary()
    // Without replication, all events from here on are lost with the primary.
    for (const replica of group.servers) {
      if (replica !== old) await replica.client.call('REPLICAOF', '127.0.0.1', '1')
    }
    await setTimeout(1_000)
    await failOver('killed', async () => group.primary())
  }
  const verdict = await runWithFault({ url: pods.url, fault, allowedGaps: TAIL_LOST })
  await expectNoBreach('Sentinel fail-over, tail lost', verdict)
  expect(verdict.lostByLog).toBeGreaterThan(0)
  // A pod that has not noticed the fail-over may give a poll the lost events again, and then the gap.
  expect(verdict.readersTold).toBe(12)
})

test('a slot moves to another node of the cluster, and back', async () => {
  await using cluster = await RedisCluster.start()
  await using pods = await Pods.start(3, [`--redis-url=${cluster.url}`])
  const { slot } = channelKeys(CHANNEL, { prefix: 'runnel', isCluster: true, db: 0 })
  const fault = async () => {
    const home = await cluster.nodeOf(slot)
    const away = cluster.nodes.slice(0, 3).find((node) => node !== home)!
    for (const node of [away, home]) {
      await cluster.moveSlot(slot, node)
      await setTimeout(1_500)
    }
  }
  const verdict = await runWithFault({ url: pods.url, fault })
  await expectNoBreach('slot moved there and back', verdict)
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})

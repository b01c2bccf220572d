/** A replica takes over that is behind, or of which not everybody has heard: no sentinel decides here. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { FaultProxy } from '../../support/proxies/fault-proxy.ts'
import { RedisServer } from '../../support/redis/redis-server.ts'
import { Pods } from '../pods.ts'
import { expectNoBreach } from '../report.ts'
import { runWithFault } from '../run-with-fault.ts'

async function startReplica(primary: string): Promise<RedisServer> {
  const { hostname, port } = new URL(primary)
  const replica = await RedisServer.start({
    directives: { replicaof: `${hostname} ${port}` },
  })
  await eventually(async () => {
    expect(await replica.info('master_link_status')).toBe('up')
  })
  return replica
}

/** As a name does that leads to another address: for new connections. */
function lead(proxy: FaultProxy, { port }: RedisServer): void {
  proxy.faults.target = { host: '127.0.0.1', port }
  proxy.cut()
}

test('a replica takes over that was a second behind all the time', async () => {
  await using primary = await RedisServer.start()
  await using link = await FaultProxy.start(primary.url)
  await using replica = await startReplica(link.url)
  await using name = await FaultProxy.start(primary.url)
  await using pods = await Pods.start(3, [`--redis-url=${name.url}`])
  const fault = async () => {
    link.faults.latency = { requests: 0, replies: 1_000 }
    await setTimeout(3_000)
    await primary.kill()
    await replica.client.call('REPLICAOF', 'NO', 'ONE')
    lead(name, replica)
    await setTimeout(3_000)
  }
  const verdict = await runWithFault({ url: pods.url, fault, allowedGaps: ['diverged', 'ahead'] })
  await expectNoBreach('slow replica takes over', verdict)
  expect(verdict.lostByLog).toBeGreaterThan(0)
  expect(verdict.readersTold).toBe(12)
})

test('a replica takes over while the old primary goes on taking publishes', async () => {
  await using old = await RedisServer.start()
  await using next = await startReplica(old.url)
  await using name = await FaultProxy.start(old.url)
  await using otherName = await FaultProxy.start(old.url)
  await using pods = await Pods.start(2, [`--redis-url=${name.url}`])
  await pods.add(`--redis-url=${otherName.url}`)
  const fault = async () => {
    await next.client.call('REPLICAOF', 'NO', 'ONE')
    lead(otherName, next)
    await setTimeout(3_000)
    lead(name, next)
    await setTimeout(3_000)
  }
  // Who goes from a pod of one half to one of the other meets an epoch that is unknown there.
  const allowedGaps = ['diverged', 'ahead', 'epoch-lost'] as const
  const verdict = await runWithFault({
    url: pods.url,
    fault,
    allowedGaps,
    witness: pods.all[2]!.url,
    wereTwo: true,
  })
  await expectNoBreach('split brain for 3 s', verdict)
  expect(verdict.lostByLog).toBeGreaterThan(0)
  expect(verdict.readersTold).toBeGreaterThan(0)
})

/** A replica is promoted by hand, without a sentinel: it is behind, or only some pods follow it. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { FaultProxy } from '../../support/proxies/fault-proxy.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
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

/** Leads new connections to another server, as a DNS name does that changes its address. */
function redirect(proxy: FaultProxy, { port }: RedisServer): void {
  proxy.faults.target = { host: '127.0.0.1', port }
  proxy.cut()
}

test('a replica takes over that was always a second behind', async () => {
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
    redirect(name, replica)
    await setTimeout(3_000)
  }
  const verdict = await runWithFault({ url: pods.url, fault, allowedGaps: ['diverged', 'ahead'] })
  await expectNoBreach('slow replica takes over', verdict)
  expect(verdict.lostByLog).toBeGreaterThan(0)
  expect(verdict.readersTold).toBe(12)
})

test('a replica takes over while the old primary still accepts publishes', async () => {
  await using old = await RedisServer.start()
  await using next = await startReplica(old.url)
  await using name = await FaultProxy.start(old.url)
  await using otherName = await FaultProxy.start(old.url)
  await using pods = await Pods.start(2, [`--redis-url=${name.url}`])
  await pods.add(`--redis-url=${otherName.url}`)
  const fault = async () => {
    await next.client.call('REPLICAOF', 'NO', 'ONE')
    redirect(otherName, next)
    await setTimeout(3_000)
    redirect(name, next)
    await setTimeout(3_000)
  }
  // A client that moves between pods of the two halves meets an unknown epoch.
  const allowedGaps = ['diverged', 'ahead', 'epoch-lost'] as const
  const verdict = await runWithFault({
    url: pods.url,
    fault,
    allowedGaps,
    witness: pods.all[2]!.url,
    hadTwoLogs: true,
  })
  await expectNoBreach('split brain for 3 s', verdict)
  expect(verdict.lostByLog).toBeGreaterThan(0)
  expect(verdict.readersTold).toBeGreaterThan(0)
})

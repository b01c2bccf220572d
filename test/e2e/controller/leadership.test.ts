import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { FaultProxy } from '../../support/proxies/fault-proxy.ts'
import { AUDIT_LOG } from '../environment.ts'
import type { ControlProcess } from './control-process.ts'
import { apiServer, type ControllerAccount } from './controller-account.ts'
import { FleetNamespace } from './fleet-namespace.ts'
import { isFleetWrite, isLeaseWrite, requestsBy, writesOutsideTerms } from './fleet-writes.ts'
import { SpecEditor } from './spec-editor.ts'

/** In ms. The leader gives up after two thirds of it. */
const LEASE_DURATION = 6_000
const RENEW_DEADLINE = 4_000

interface Replica {
  readonly account: ControllerAccount
  readonly process: ControlProcess
}

/** In ms, by which answers of the API server are late. */
const LATENCY = 800

let space: FleetNamespace
let proxy: FaultProxy

beforeAll(async () => {
  space = await FleetNamespace.open('runnel-e2e-leadership')
  proxy = await FaultProxy.start(apiServer())
  proxy.faults.latency = { requests: 0, replies: LATENCY }
})

afterAll(async () => {
  await space?.[Symbol.asyncDispose]()
  await proxy?.[Symbol.asyncDispose]()
})

test.skipIf(AUDIT_LOG === undefined)(
  'a frozen leader is replaced, writes nothing when it goes on, and leads again when the other one leaves',
  async () => {
    const replicas = [await startReplica('a'), await startReplica('b')]
    await space.createDeployment('web', 2)
    await space.createFleet('web', {})
    const [leader, other] = await sortByLead(replicas)
    await using editor = new SpecEditor(space, 'web')
    await editor.settled()
    expect(other.process.isLeader).toBe(false)

    // Amid a look at the fleet: the answer to one write is on its way, and the next write would follow it.
    await eventually(async () => {
      const requests = await requestsBy(leader.account)
      expect(requests.findLast(isFleetWrite)?.resource).toBe('configmaps')
    })
    leader.process.child.kill('SIGSTOP')
    proxy.faults.latency = 0
    await eventually(() => {
      expect(other.process.isLeader).toBe(true)
    })
    await editor.settled()
    const continuedAt = Date.now()
    leader.process.child.kill('SIGCONT')
    // It campaigns: it reads the lease, and finds it held.
    await eventually(async () => {
      const requests = await requestsBy(leader.account)
      const isCampaigning = requests.some(
        ({ receivedAt, resource }) => receivedAt > continuedAt && resource === 'leases',
      )
      expect(isCampaigning).toBe(true)
    })
    await editor.settled()
    expect(leader.process.isLeader).toBe(false)
    const sinceContinued = (await requestsBy(leader.account)).filter(
      ({ receivedAt }) => receivedAt > continuedAt,
    )
    expect(sinceContinued.filter(isFleetWrite)).toEqual([])

    const endedAt = performance.now()
    other.process.child.kill('SIGTERM')
    expect(await other.process.exited).toBe(0)
    const exitTime = performance.now() - endedAt
    await eventually(() => {
      expect(leader.process.isLeader).toBe(true)
    })
    await editor.settled()

    const requests = await requestsBy(leader.account, other.account)
    const terms = requests.filter(isLeaseWrite)
    const taken = terms.findIndex(({ account }) => account === other.account)
    const released = terms.findLastIndex(({ account }) => account === other.account)
    const between = (index: number) =>
      (terms[index + 1]?.receivedAt ?? Number.NaN) - (terms[index]?.receivedAt ?? Number.NaN)
    const takeover = between(taken - 1)
    const handover = between(released)
    console.log(
      `takeover from a frozen leader: ${takeover.toFixed(0)} ms after its last renewal; handover by SIGTERM: ` +
        `${handover.toFixed(0)} ms after the release; exit: ${exitTime.toFixed(0)} ms after the signal`,
    )
    expect(takeover).toBeGreaterThan(RENEW_DEADLINE)
    // A released lease is taken before it would have run out.
    expect(handover).toBeLessThan(LEASE_DURATION)
    // Each wrote something in each of its terms, so that an overlap would show.
    expect(requests.filter(isFleetWrite).map(({ account }) => account)).toEqual(
      expect.arrayContaining([leader.account, other.account]),
    )
    expect(writesOutsideTerms(requests)).toEqual([])
    const lastWrite = requests.findLast(
      (request) =>
        request.account === other.account && (isFleetWrite(request) || isLeaseWrite(request)),
    )
    expect(lastWrite?.resource).toBe('leases')
  },
)

async function startReplica(name: string): Promise<Replica> {
  const account = await space.account({ name, server: proxy.url })
  const flags = [`--lease-duration=${LEASE_DURATION / 1_000}s`]
  return { account, process: await space.control(account, { flags }) }
}

async function sortByLead(replicas: readonly Replica[]): Promise<readonly [Replica, Replica]> {
  return eventually(() => {
    const leader = replicas.find(({ process }) => process.isLeader)
    const other = replicas.find((replica) => replica !== leader)
    if (leader === undefined || other === undefined) throw new Error('expected one to lead')
    return [leader, other] as const
  })
}

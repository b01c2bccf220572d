import { expect, test } from 'vitest'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { ElectionCandidate, LEASE_KEY } from '../../../test/support/election-candidate.ts'
import { elect } from '../../../test/support/elections.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import { LEASE } from '../objects/lease.ts'
import { LeaderElection } from './leader-election.ts'

const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

test('the first candidate leads, and the lease says so', async () => {
  const { a, b, clock, cluster } = await elect()
  await clock.advance(60_000)

  expect([a.isLeader, b.isLeader]).toEqual([true, false])
  expect([a.history, b.history]).toEqual([['started'], []])
  const lease = await cluster.get(LEASE, LEASE_KEY)
  expect(lease?.spec).toEqual({
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: expect.stringMatching(MICRO_TIME) as string,
    renewTime: expect.stringMatching(MICRO_TIME) as string,
    leaseTransitions: 1,
  })
})

test('a lease that is there already is taken without `create`, and keeps its labels', async () => {
  const cluster = new MemoryCluster()
  const labels = { 'app.kubernetes.io/managed-by': 'Helm' }
  cluster.put(LEASE, { metadata: { ...LEASE_KEY, labels } })
  const { a, clock } = await elect(cluster)
  await clock.advance(10_000)

  expect(a.isLeader).toBe(true)
  expect(cluster.requests.all.map(({ verb }) => verb)).not.toContain('create')
  expect((await cluster.get(LEASE, LEASE_KEY))?.metadata.labels).toEqual(labels)
})

test('clocks that show another time make no difference', async () => {
  for (const renewTime of ['1970-01-01T00:00:00.000000Z', '2999-01-01T00:00:00.000000Z']) {
    const cluster = new MemoryCluster()
    const spec = {
      holderIdentity: 'another',
      leaseDurationSeconds: 15,
      acquireTime: renewTime,
      renewTime,
    }
    cluster.put(LEASE, { metadata: LEASE_KEY, spec })
    const { a, b, clock } = await elect(cluster)
    await clock.advance(14_900)
    expect([a.isLeader, b.isLeader]).toEqual([false, false])
    await clock.advance(3_000)
    expect([a.isLeader, b.isLeader].filter(Boolean)).toHaveLength(1)
  }
})

test('a holder that promised a longer lease is given its time', async () => {
  const cluster = new MemoryCluster()
  const spec = { holderIdentity: 'another', leaseDurationSeconds: 60 }
  cluster.put(LEASE, { metadata: LEASE_KEY, spec })
  const { a, b, clock } = await elect(cluster)
  await clock.advance(59_900)
  expect([a.isLeader, b.isLeader]).toEqual([false, false])
  await clock.advance(3_000)
  expect([a.isLeader, b.isLeader].filter(Boolean)).toHaveLength(1)
})

test('a holder that promised nothing is given the time of this process', async () => {
  const cluster = new MemoryCluster()
  cluster.put(LEASE, { metadata: LEASE_KEY, spec: { holderIdentity: 'another' } })
  const { a, b, clock } = await elect(cluster)
  await clock.advance(14_900)
  expect([a.isLeader, b.isLeader]).toEqual([false, false])
})

test('a conflict is no reason to write again at once', async () => {
  const { a, clock, cluster } = await elect()
  const error = new ClusterError('conflict', 'somebody else wrote')
  cluster.requests.fail({ verb: 'replace', error })
  const before = cluster.requests.writes.length
  while (cluster.requests.writes.length === before) await clock.advance(100)
  const at = cluster.requests.all.length
  while (cluster.requests.all.length < at + 3) await clock.advance(10)

  const next = cluster.requests.all.slice(at).filter(({ verb }) => verb !== 'watch')
  expect(next[0]?.verb).toBe('get')
  expect(a.isLeader).toBe(true)
})

test('a leader whose lease was taken from it stops at its next look', async () => {
  const { a, clock, cluster } = await elect()
  const lease = await cluster.get(LEASE, LEASE_KEY)
  await cluster.replace(LEASE, {
    metadata: lease!.metadata,
    spec: { ...lease!.spec, holderIdentity: 'another' },
  })
  await clock.advance(4_000)

  expect(a.isLeader).toBe(false)
  expect(a.history).toEqual(['started', 'lost'])
})

test('callbacks that throw, and a lease that may not be created, are reported, and the election goes on', async () => {
  const cluster = new MemoryCluster()
  const forbidden = new ClusterError('forbidden', 'leases may not be created')
  cluster.requests.fail({ verb: 'create', error: forbidden })
  const clock = new ManualClock()
  const thrown = new Error('thrown')
  const a = new ElectionCandidate('a', cluster, clock, {
    onStarted: () => {
      throw thrown
    },
  })
  a.election.start()
  await clock.advance(10_000)

  expect(a.errors).toEqual([forbidden, thrown])
  expect(a.isLeader).toBe(true)
})

test('timings that leave no room are refused', () => {
  const options = {
    cluster: new MemoryCluster(),
    lease: LEASE_KEY,
    identity: 'a',
    onStarted: () => {},
    onStopped: () => {},
    observer: { electionFailed: () => {} },
  }
  for (const timing of [
    { leaseDuration: 10_000, renewDeadline: 10_000, retryPeriod: 2_000 },
    { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 6_000 },
    { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 0 },
  ]) {
    expect(() => new LeaderElection({ ...options, timing })).toThrow('renew deadline')
  }
})

import { expect, test } from 'vitest'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import {
  ElectionCandidate,
  LEASE_KEY,
  type Passage,
} from '../../../test/support/election-candidate.ts'
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

test('a leader that is cut off stops leading before another one starts', async () => {
  const { a, b, clock } = await elect()
  a.isPartitioned = true
  await clock.advance(10_000)
  expect([a.isLeader, b.isLeader]).toEqual([false, false])
  expect(a.history).toEqual(['started', 'lost'])
  expect(a.terms[0]?.aborted).toBe(true)

  await clock.advance(7_000)
  expect([a.isLeader, b.isLeader]).toEqual([false, true])

  a.isPartitioned = false
  await clock.advance(60_000)
  expect([a.isLeader, b.isLeader]).toEqual([false, true])
  expect(a.history).toEqual(['started', 'lost'])
})

test('a leader that was stopped for longer than its deadline does not lead when it continues', async () => {
  const { a, b, clock } = await elect()
  a.stop()
  await clock.advance(30_000)

  // No timer and no answer of the stopped process has run yet.
  expect(a.history).toEqual(['started'])
  expect([a.isLeader, b.isLeader]).toEqual([false, true])

  await a.continue()
  await clock.advance(60_000)
  expect(a.history).toEqual(['started', 'lost'])
  expect([a.isLeader, b.isLeader]).toEqual([false, true])
})

test('an answer that waited while the process was stopped extends nothing', async () => {
  const { a, clock, cluster } = await elect()
  a.nextPassage = () => ({ delay: 100, loses: 'nothing' })
  const writes = cluster.requests.writes.length
  while (cluster.requests.writes.length === writes) await clock.advance(10)
  a.stop()
  await clock.advance(11_000)

  await a.continue()

  expect(a.isLeader).toBe(false)
  expect(a.history).toEqual(['started', 'lost'])
})

test('a leader that was stopped while another one led begins a new term', async () => {
  const { a, b, clock, cluster } = await elect()
  // After a renewal that failed, the process looks at the lease first, and finds it free when it continues.
  cluster.requests.fail({ verb: 'replace', error: new ClusterError('unavailable', 'away') })
  while (a.errors.length === 0) await clock.advance(10)
  a.stop()
  await clock.advance(30_000)
  await Promise.all([b.election.close(), clock.advance(0)])

  await a.continue()
  await clock.advance(4_000)

  expect(a.history).toEqual(['started', 'lost', 'started'])
  expect(a.terms.map(({ aborted }) => aborted)).toEqual([true, false])
})

test('leadership counts from when its renewal was sent', async () => {
  const { candidate, clock } = startAlone({ delay: 1_000, loses: 'nothing' })
  // The lease is read within 2 s, and written from then until 4 s.
  await clock.advance(4_000)
  expect(candidate.isLeader).toBe(true)
  candidate.isPartitioned = true
  await clock.advance(7_999)
  expect(candidate.isLeader).toBe(true)
  await clock.advance(1)
  expect(candidate.isLeader).toBe(false)
})

test('a leader that was stopped for a moment goes on', async () => {
  const { a, clock } = await elect()
  a.stop()
  await clock.advance(5_000)
  await a.continue()
  await clock.advance(60_000)

  expect(a.history).toEqual(['started'])
  expect(a.isLeader).toBe(true)
})

test('after a release another candidate leads within a retry period', async () => {
  const { a, b, clock, cluster } = await elect()
  const closing = a.election.close()
  expect(a.isLeader).toBe(false)
  expect(a.history).toEqual(['started', 'released'])
  await clock.advance(0)
  await closing
  const lease = await cluster.get(LEASE, LEASE_KEY)
  expect(lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
  expect(lease?.spec?.renewTime).toMatch(MICRO_TIME)

  await clock.advance(2_000)

  expect(b.isLeader).toBe(true)
  expect(a.terms[0]?.aborted).toBe(true)
})

test('closing releases the lease at any moment, also while it is taken or renewed', async () => {
  // It is read and taken within 1.2 s, and renewed from 2.8 s to 3.8 s.
  for (let moment = 0; moment < 5_000; moment += 100) {
    const { candidate, clock, cluster } = startAlone({ delay: 300, loses: 'nothing' })
    await clock.advance(moment)
    const hasStarted = candidate.history.length > 0
    const closing = candidate.election.close()
    await clock.advance(5_000)
    await closing

    const lease = await cluster.get(LEASE, LEASE_KEY)
    expect(lease?.spec?.holderIdentity ?? '', `closed after ${moment} ms`).toBe('')
    expect(candidate.history).toEqual(hasStarted ? ['started', 'released'] : [])
  }
})

test('an attempt that took too long writes nothing when its answer comes', async () => {
  const { candidate, clock, cluster } = startAlone({ delay: 6_000, loses: 'nothing' })
  await clock.advance(7_000)
  expect(candidate.errors).toHaveLength(1)
  await Promise.all([candidate.election.close(), clock.advance(60_000)])

  expect(cluster.requests.writes).toEqual([])
})

test('closing ends within seconds though nothing answers, and writes nothing later', async () => {
  const { a, clock, cluster } = await elect()
  a.isPartitioned = true
  await clock.advance(2_000)
  let isClosed = false
  const closing = a.election.close().then(() => (isClosed = true))
  await clock.advance(7_000)
  expect(isClosed).toBe(true)
  await closing

  a.isPartitioned = false
  const writes = cluster.requests.writes.filter(isOf('a')).length
  await clock.advance(120_000)
  expect(cluster.requests.writes.filter(isOf('a'))).toHaveLength(writes)
})

test('a follower that closes releases nothing', async () => {
  const { a, b, clock, cluster } = await elect()
  await b.election.close()
  await clock.advance(60_000)

  expect(b.history).toEqual([])
  expect(a.isLeader).toBe(true)
  expect(cluster.requests.writes.filter(isOf('b'))).toEqual([])
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

/** Two candidates, of whom `a` comes first. */
async function elect(cluster = new MemoryCluster()): Promise<{
  a: ElectionCandidate
  b: ElectionCandidate
  clock: ManualClock
  cluster: MemoryCluster
}> {
  const clock = new ManualClock()
  const a = new ElectionCandidate('a', cluster, clock)
  const b = new ElectionCandidate('b', cluster, clock)
  a.election.start()
  await clock.advance(0)
  b.election.start()
  await clock.advance(0)
  return { a, b, clock, cluster }
}

/** A candidate without rivals, whose requests all pass so. */
function startAlone(passage: Passage): {
  candidate: ElectionCandidate
  clock: ManualClock
  cluster: MemoryCluster
} {
  const clock = new ManualClock()
  const cluster = new MemoryCluster()
  const candidate = new ElectionCandidate('a', cluster, clock)
  candidate.nextPassage = () => passage
  candidate.election.start()
  return { candidate, clock, cluster }
}

function isOf(identity: string) {
  return ({ manifest }: { manifest?: { [field: string]: unknown } | undefined }) =>
    JSON.stringify(manifest?.['spec']).includes(`"holderIdentity":"${identity}"`)
}

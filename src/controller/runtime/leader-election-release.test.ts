import { expect, test } from 'vitest'
import { LEASE_KEY } from '../../../test/support/election-candidate.ts'
import { elect, startAlone } from '../../../test/support/elections.ts'
import { LEASE } from '../objects/lease.ts'

const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

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

function isOf(identity: string) {
  return ({ manifest }: { manifest?: { [field: string]: unknown } | undefined }) =>
    JSON.stringify(manifest?.['spec']).includes(`"holderIdentity":"${identity}"`)
}

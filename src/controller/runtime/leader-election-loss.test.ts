import { expect, test } from 'vitest'
import { elect, startAlone } from '../../../test/support/elections.ts'
import { ClusterError } from '../cluster/cluster-error.ts'

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

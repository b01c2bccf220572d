import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { ReaderGroup } from './reader-group.ts'
import { Publisher } from './publisher.ts'
import { Release } from '../../rig/release/release.ts'

/** Half of the readers are native: an answer other than a stream ends those for good. */
const STREAMS = 200

test('a rolling update of three pods loses no event, and no reader gets a gap', async () => {
  await using release = await Release.install('three-rolling', {
    hasRedis: true,
    values: { replicaCount: 3 },
  })
  expect(await release.pods()).toHaveLength(3)
  await release.test()
  await using publisher = new Publisher(release.insideUrl, 'news', 50)
  using group = new ReaderGroup({ url: `${release.url}/stream/news`, count: STREAMS })
  await group.begins()

  await release.replacePods()

  await expectCompleteRecords(group, publisher)
  expect(group.back).toBe(STREAMS)
  console.log(`rolling update of three pods: ${describe(group, publisher)}`)
})

test('the loss of one pod of three loses no event, and no reader gets a gap', async () => {
  await using release = await Release.install('three-kill', {
    hasRedis: true,
    values: { replicaCount: 3 },
  })
  await using publisher = new Publisher(release.insideUrl, 'news', 50)
  using group = new ReaderGroup({ url: `${release.url}/stream/news`, count: STREAMS })
  await group.begins()

  const [victim = ''] = await release.pods()
  await release.kubectl('delete', victim, '--grace-period=0', '--force')

  await eventually(() => {
    expect(group.back).toBeGreaterThan(0)
  })
  await release.kubectl('rollout', 'status', release.deployment, '--timeout=3m')
  await expectCompleteRecords(group, publisher)
  // Readers of the other pods keep their streams.
  expect(group.back).toBeLessThan(STREAMS)
  console.log(`kill of one pod of three: ${describe(group, publisher)}`)
})

/** Expects no gap, and offsets without a hole up to the last event. */
async function expectCompleteRecords(group: ReaderGroup, publisher: Publisher): Promise<void> {
  await group.expectConsistentEnd(publisher)
  for (const { gaps } of group.records) expect(gaps).toEqual([])
}

function describe(group: ReaderGroup, { accepted, unanswered }: Publisher): string {
  return (
    `${group.summary}, 0 lost, 0 duplicated, 0 gaps; ` +
    `${accepted.size} events meanwhile, ${unanswered.size} publishes without an answer`
  )
}

import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { Crowd } from './crowd.ts'
import { Publisher } from './publisher.ts'
import { Release } from './release.ts'

/** Half of them native: an answer other than a stream would end those for good. */
const STREAMS = 200

test('a rolling update of three pods loses nothing, and nobody is told of a gap', async () => {
  await using release = await Release.install('three-rolling', { isDemo: true })
  expect(await release.pods()).toHaveLength(3)
  await release.test()
  await using publisher = new Publisher(release.insideUrl, 'news', 50)
  using crowd = new Crowd({ url: `${release.url}/stream/news`, count: STREAMS })
  await crowd.begins()

  await release.replacePods()

  await expectWholeStories(crowd, publisher)
  expect(crowd.back).toBe(STREAMS)
  console.log(`rolling update of three pods: ${describe(crowd, publisher)}`)
})

test('the loss of one pod of three loses nothing, and nobody is told of a gap', async () => {
  await using release = await Release.install('three-kill', { isDemo: true })
  await using publisher = new Publisher(release.insideUrl, 'news', 50)
  using crowd = new Crowd({ url: `${release.url}/stream/news`, count: STREAMS })
  await crowd.begins()

  const [victim = ''] = await release.pods()
  await release.kubectl('delete', victim, '--grace-period=0', '--force')

  await eventually(() => {
    expect(crowd.back).toBeGreaterThan(0)
  })
  await release.kubectl('rollout', 'status', release.deployment, '--timeout=3m')
  await expectWholeStories(crowd, publisher)
  // The others never noticed.
  expect(crowd.back).toBeLessThan(STREAMS)
  console.log(`kill of one pod of three: ${describe(crowd, publisher)}`)
})

/** No gap, and offsets without a hole up to the last event: nothing was lost. */
async function expectWholeStories(crowd: Crowd, publisher: Publisher): Promise<void> {
  await crowd.expectHonestEnd(publisher)
  for (const { gaps } of crowd.stories) expect(gaps).toEqual([])
}

function describe(crowd: Crowd, { accepted, unanswered }: Publisher): string {
  return (
    `${crowd.summary}, 0 lost, 0 duplicated, 0 gaps; ` +
    `${accepted.size} events meanwhile, ${unanswered.size} publishes without an answer`
  )
}

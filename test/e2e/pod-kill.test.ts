import { expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { Publisher } from './publisher.ts'
import { PersistentReader } from './readers.ts'
import { Release } from './release.ts'

const CLIENTS = 20

test('after a pod is killed its clients come back to the next and are told that the history is gone', async () => {
  await using release = await Release.install('kill')
  await using publisher = new Publisher(release.insideUrl, 'news', 100)
  using crowd = new DisposableStack()
  const url = `${release.url}/stream/news`
  const readers = Array.from({ length: CLIENTS }, () => crowd.use(new PersistentReader(url)))
  await eventually(() => {
    for (const { story } of readers) expect(story.events.length).toBeGreaterThan(0)
  })

  await release.kubectl('delete', 'pods', '--all', '--grace-period=0', '--force')

  await vi.waitFor(
    () => {
      for (const { story } of readers) expect(story.gaps).toEqual(['epoch-lost'])
    },
    { timeout: 120_000, interval: 100 },
  )
  await release.kubectl('rollout', 'status', 'deployment', '--timeout=2m')
  const last = await publisher.finish()
  await eventually(() => {
    for (const { story } of readers) expect(story.events.at(-1)?.id).toBe(last)
  })
  for (const { story } of readers) story.expectHonest(publisher.accepted)
  const pauses = readers.flatMap(({ story }) => story.pauses)
  console.log(
    `pod kill: ${CLIENTS} of ${CLIENTS} streams back on a new pod, ` +
      `worst pause ${Math.round(Math.max(...pauses))} ms, the lost history announced to each`,
  )
})

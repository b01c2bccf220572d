import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { Publisher } from './publisher.ts'
import { NativeReader, PersistentReader, type Reader } from './readers.ts'
import { Release } from './release.ts'

const CLIENTS = 200

test('two hundred streams survive a rolling update, each told what it missed', async () => {
  await using release = await Release.install('rolling')
  await using publisher = new Publisher(release.insideUrl, 'news', 50)
  using crowd = new DisposableStack()
  const readers = Array.from({ length: CLIENTS }, (_, index): Reader => {
    const url = `${release.url}/stream/news`
    return crowd.use(index % 2 === 0 ? new NativeReader(url) : new PersistentReader(url))
  })
  await eventually(() => {
    for (const { story } of readers) expect(story.events.length).toBeGreaterThan(0)
  })
  const [before] = await podsOf(release)

  await release.kubectl('rollout', 'restart', 'deployment')
  await release.kubectl('rollout', 'status', 'deployment', '--timeout=3m')
  await release.kubectl('wait', '--for=delete', before!, '--timeout=2m')

  const last = await publisher.finish()
  await eventually(() => {
    for (const { story } of readers) expect(story.events.at(-1)?.id).toBe(last)
  })
  for (const { story } of readers) {
    story.expectHonest(publisher.accepted)
    expect(story.gaps).toEqual(['epoch-lost'])
  }
  const pauses = readers.flatMap(({ story }) => story.pauses)
  console.log(
    `rolling update: ${CLIENTS} of ${CLIENTS} streams back, ` +
      `worst pause ${Math.round(Math.max(...pauses))} ms, ` +
      `${publisher.accepted.size} events published meanwhile`,
  )
})

async function podsOf(release: Release): Promise<readonly string[]> {
  return (await release.kubectl('get', 'pods', '--output=name')).split('\n')
}

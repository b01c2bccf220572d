import { expect, test } from 'vitest'
import { Crowd } from './crowd.ts'
import { Publisher } from './publisher.ts'
import { Release } from './release.ts'

test('two hundred streams survive a rolling update, each told what it missed', async () => {
  await using release = await Release.install('rolling')
  await using publisher = new Publisher(release.insideUrl, 'news', 50)
  using crowd = new Crowd({ url: `${release.url}/stream/news`, count: 200 })
  await crowd.all(({ events }) => {
    expect(events.length).toBeGreaterThan(0)
  })
  const before = await release.kubectl('get', 'pods', '--output=name')

  await release.kubectl('rollout', 'restart', 'deployment')
  await release.kubectl('rollout', 'status', 'deployment', '--timeout=3m')
  await release.kubectl('wait', '--for=delete', before, '--timeout=2m')

  const last = await publisher.finish()
  await crowd.all(({ events }) => {
    expect(events.at(-1)?.id).toBe(last)
  })
  for (const story of crowd.stories) {
    story.expectHonest(publisher)
    expect(story.gaps).toEqual(['epoch-lost'])
  }
  console.log(`rolling update: ${crowd.summary}; ${publisher.accepted.size} events meanwhile`)
})

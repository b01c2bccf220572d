import { expect, test } from 'vitest'
import { Crowd } from './crowd.ts'
import { Publisher } from './publisher.ts'
import { Release } from './release.ts'

test('two hundred streams survive a rolling update, each told what it missed', async () => {
  await using release = await Release.install('rolling')
  await using publisher = new Publisher(release.insideUrl, 'news', 50)
  using crowd = new Crowd({ url: `${release.url}/stream/news`, count: 200 })
  await crowd.begins()
  const before = await release.kubectl('get', 'pods', '--output=name')

  await release.kubectl('rollout', 'restart', 'deployment')
  await release.kubectl('rollout', 'status', 'deployment', '--timeout=3m')
  await release.kubectl('wait', '--for=delete', before, '--timeout=2m')

  await crowd.expectHonestEnd(publisher)
  for (const { gaps } of crowd.stories) expect(gaps).toEqual(['epoch-lost'])
  console.log(`rolling update: ${crowd.summary}; ${publisher.accepted.size} events meanwhile`)
})

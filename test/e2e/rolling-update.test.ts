import { expect, test } from 'vitest'
import { Crowd } from './crowd.ts'
import { Publisher } from './publisher.ts'
import { Release } from './release.ts'

test('two hundred streams survive a rolling update, each told what it missed', async () => {
  await using release = await Release.install('rolling')
  await using publisher = new Publisher(release.insideUrl, 'news', 50)
  using crowd = new Crowd({ url: `${release.url}/stream/news`, count: 200 })
  await crowd.begins()

  await release.replacePods()

  await crowd.expectHonestEnd(publisher)
  for (const { gaps } of crowd.stories) expect(gaps).toEqual(['epoch-lost'])
  console.log(`rolling update: ${crowd.summary}; ${publisher.accepted.size} events meanwhile`)
})

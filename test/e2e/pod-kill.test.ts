import { expect, test } from 'vitest'
import { Crowd } from './crowd.ts'
import { Publisher } from './publisher.ts'
import { Release } from './release.ts'

test('after a pod is killed its clients come back and are told that the history is gone', async () => {
  await using release = await Release.install('kill')
  await using publisher = new Publisher(release.insideUrl, 'news', 100)
  // Until there is a pod the ingress answers 503, after which a native reader gives up.
  using crowd = new Crowd({ url: `${release.url}/stream/news`, count: 20, hasNative: false })
  await crowd.begins()

  await release.kubectl('delete', 'pods', '--all', '--grace-period=0', '--force')

  await crowd.all(({ gaps }) => {
    expect(gaps).toEqual(['epoch-lost'])
  })
  await release.kubectl('rollout', 'status', 'deployment', '--timeout=2m')
  await crowd.expectHonestEnd(publisher)
  for (const { gaps } of crowd.stories) expect(gaps).toEqual(['epoch-lost'])
  console.log(`pod kill: ${crowd.summary}`)
})

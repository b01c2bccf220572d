import { expect, test } from 'vitest'
import { ReaderGroup } from './reader-group.ts'
import { Publisher } from './publisher.ts'
import { Release } from '../../rig/release/release.ts'

test('after a pod is killed its clients come back, and get a gap for the lost history', async () => {
  await using release = await Release.install('kill')
  await using publisher = new Publisher(release.insideUrl, 'news', 100)
  // Until a pod is ready the ingress answers 503, at which a native reader gives up.
  using group = new ReaderGroup({ url: `${release.url}/stream/news`, count: 20, hasNative: false })
  await group.begins()

  await release.kubectl('delete', 'pods', '--all', '--grace-period=0', '--force')

  await group.all(({ gaps }) => {
    expect(gaps).toEqual(['epoch-lost'])
  })
  await release.kubectl('rollout', 'status', 'deployment', '--timeout=2m')
  await group.expectConsistentEnd(publisher)
  for (const { gaps } of group.records) expect(gaps).toEqual(['epoch-lost'])
  console.log(`pod kill: ${group.summary}`)
})

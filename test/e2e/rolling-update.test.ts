import { expect, test } from 'vitest'
import { ReaderGroup } from './reader-group.ts'
import { Publisher } from './publisher.ts'
import { Release } from '../../rig/release/release.ts'

test('two hundred streams resume after a rolling update, each with a gap', async () => {
  await using release = await Release.install('rolling')
  await using publisher = new Publisher(release.insideUrl, 'news', 50)
  using group = new ReaderGroup({ url: `${release.url}/stream/news`, count: 200 })
  await group.begins()

  await release.replacePods()

  await group.expectConsistentEnd(publisher)
  for (const { gaps } of group.records) expect(gaps).toEqual(['epoch-lost'])
  console.log(`rolling update: ${group.summary}; ${publisher.accepted.size} events meanwhile`)
})

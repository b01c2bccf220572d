import { expect, test } from 'vitest'
import { ReaderGroup } from './reader-group.ts'
import { kubectlWith } from '../../rig/release/kubectl.ts'
import { Publisher } from './publisher.ts'
import { Release } from '../../rig/release/release.ts'

test('streams resume without a gap after a reload of the ingress has cut them', async () => {
  await using release = await Release.install('reload')
  await using publisher = new Publisher(release.insideUrl, 'news', 100)
  using group = new ReaderGroup({ url: `${release.url}/stream/news`, count: 20 })
  await group.begins()

  // Any new host makes the controller reload, even a host of another team.
  await kubectlWith(ingressFor('another.test'), 'apply', '--namespace', release.namespace)

  await group.all(({ opened }) => {
    expect(opened).toBeGreaterThan(1)
  })
  await group.expectConsistentEnd(publisher)
  for (const { gaps } of group.records) expect(gaps).toEqual([])
  console.log(`ingress reload: ${group.summary}`)
})

/** The Ingress as JSON, which kubectl accepts too. */
function ingressFor(host: string): string {
  const service = { name: 'reload-runnel', port: { name: 'http' } }
  const path = { path: '/poll', pathType: 'Prefix', backend: { service } }
  return JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'another' },
    spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths: [path] } }] },
  })
}

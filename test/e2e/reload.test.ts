import { expect, test } from 'vitest'
import { Crowd } from './crowd.ts'
import { kubectlWith } from './kubectl.ts'
import { Publisher } from './publisher.ts'
import { Release } from './release.ts'

test('streams resume without a gap after a reload of the ingress has cut them', async () => {
  await using release = await Release.install('reload')
  await using publisher = new Publisher(release.insideUrl, 'news', 100)
  using crowd = new Crowd({ url: `${release.url}/stream/news`, count: 20 })
  await crowd.begins()

  // Any new host on the same controller makes it reload, another team's too.
  await kubectlWith(ingressFor('another.test'), 'apply', '--namespace', release.namespace)

  await crowd.all(({ opened }) => {
    expect(opened).toBeGreaterThan(1)
  })
  await crowd.expectHonestEnd(publisher)
  for (const { gaps } of crowd.stories) expect(gaps).toEqual([])
  console.log(`ingress reload: ${crowd.summary}`)
})

/** As JSON, which kubectl takes as well. */
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

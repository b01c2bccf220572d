import { expect, test, vi } from 'vitest'
import { kubectlWith } from './kubectl.ts'
import { Publisher } from './publisher.ts'
import { NativeReader, PersistentReader, type Reader } from './readers.ts'
import { Release } from './release.ts'

const CLIENTS = 20
/** The ingress ends the streams of retired workers after its `worker-shutdown-timeout`, 240 s by default. */
const UNTIL_CUT = 300_000

test('streams resume without a gap after a reload of the ingress has cut them', async () => {
  await using release = await Release.install('reload')
  await using publisher = new Publisher(release.insideUrl, 'news', 100)
  using crowd = new DisposableStack()
  const readers = Array.from({ length: CLIENTS }, (_, index): Reader => {
    const url = `${release.url}/stream/news`
    return crowd.use(index % 2 === 0 ? new NativeReader(url) : new PersistentReader(url))
  })
  await vi.waitFor(() => {
    for (const { story } of readers) expect(story.events.length).toBeGreaterThan(0)
  }, UNTIL_CUT)

  // Any new host on the same controller makes it reload, another team's too.
  await kubectlWith(ingressFor('another.test'), 'apply', '--namespace', release.namespace)

  await vi.waitFor(
    () => {
      for (const { story } of readers) expect(story.opened).toBeGreaterThan(1)
    },
    { timeout: UNTIL_CUT, interval: 100 },
  )
  const last = await publisher.finish()
  await vi.waitFor(() => {
    for (const { story } of readers) expect(story.events.at(-1)?.id).toBe(last)
  }, UNTIL_CUT)
  for (const { story } of readers) {
    story.expectHonest(publisher.accepted)
    expect(story.gaps).toEqual([])
  }
  const pauses = readers.flatMap(({ story }) => story.pauses)
  console.log(
    `ingress reload: ${CLIENTS} of ${CLIENTS} streams cut and back without a gap, ` +
      `worst pause ${Math.round(Math.max(...pauses))} ms`,
  )
})

function ingressFor(host: string): object {
  const service = { name: 'reload-runnel', port: { name: 'http' } }
  const path = { path: '/poll', pathType: 'Prefix', backend: { service } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'another' },
    spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths: [path] } }] },
  }
}

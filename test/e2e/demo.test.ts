import { expect, test } from 'vitest'
import { post } from '../support/clients/requests.ts'
import { JaegerQuery } from '../support/jaeger-query.ts'
import { patiently } from './patiently.ts'
import { Publisher } from './publisher.ts'
import { ReaderGroup } from './reader-group.ts'
import { Release } from './release.ts'
import { expectStatus } from './scaling.ts'

test('on a fresh install of the demo, a trace shows what each of its three pods did with an event', async () => {
  await using release = await Release.install('demo', { isDemo: true })
  await expectStatus(release, 'the demo', ({ readyReplicas }) => {
    expect(readyReplicas).toBe(3)
  })
  await using _publisher = new Publisher(release.insideUrl, 'news', 500)
  using group = new ReaderGroup({ url: `${release.url}/stream/news`, count: 6 })
  await group.begins()

  const response = await post(`${release.insideUrl}/publish/news`, 'text/plain', 'follow me')

  expect(response.status).toBe(200)
  const traceResponse = response.headers.get('Traceresponse') ?? ''
  expect(traceResponse).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  const jaeger = new JaegerQuery(release.insideUrlOf('jaeger', 'query'))
  const pods = await release.pods()
  await patiently(async () => {
    const spans = await jaeger.trace(traceResponse.split('-')[1]!)
    const fanOuts = spans.filter(({ name }) => name === 'fan-out')
    const names = fanOuts.map(({ resource }) => `pod/${String(resource['k8s.pod.name'])}`)
    expect(names.toSorted()).toEqual(pods.toSorted())
    expect(spans.map(({ name }) => name)).toContain('deliver')
  })
})

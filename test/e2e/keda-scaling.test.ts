import { expect, test } from 'vitest'
import { KEDA_MANIFEST } from './environment.ts'
import { Keda } from './keda.ts'
import { patiently } from './patiently.ts'
import { Publisher } from './publisher.ts'
import { ReaderGroup } from './reader-group.ts'
import { Release } from '../../rig/release/release.ts'
import { CROWD, expectStatus, reasonOf, scalingValues, TARGET } from './scaling.ts'

test('KEDA goes 1 → 3 → 1, holds while there is no controller, and leaves when told to', async ({
  skip,
}) => {
  if (KEDA_MANIFEST === undefined) {
    const reason = 'KEDA is not built here: make e2e KEDA=1 builds it'
    console.log(`skipped: ${reason}`)
    skip(reason)
  }
  await using _keda = await Keda.install(KEDA_MANIFEST ?? '')
  await using release = await Release.install('keda', {
    hasRedis: true,
    values: scalingValues('KEDA'),
  })
  await using publisher = new Publisher(release.insideUrl, 'news', 500)
  const url = `${release.url}/stream/news`
  using staying = new ReaderGroup({ url, count: CROWD.staying })
  await staying.begins()
  await expectStatus(release, 'few streams', (status) => {
    expect(status).toMatchObject({ subscribers: CROWD.staying, replicas: 1 })
    expect(reasonOf(status, 'ScalingActive')).toBe('KEDA')
  })

  const visiting = new ReaderGroup({ url, count: CROWD.visiting, hasNative: false })
  await expectStatus(release, 'many streams', (status) => {
    expect(status).toMatchObject({ replicas: CROWD.pods, readyReplicas: CROWD.pods })
  })

  // Nobody knows the number of streams, and KEDA asks for as many pods as there are.
  await removeController(release)
  visiting[Symbol.dispose]()
  await patiently(async () => {
    expect(await conditionOfScaledObject(release, 'Fallback')).toBe('True')
    expect(await streamsPerPod(release)).toBe(String(TARGET))
  })
  expect(await release.replicas()).toBe(CROWD.pods)
  console.log(`without a controller:\n${await release.kubectl('get', 'scaledobject,hpa')}`)

  // Renders again what was removed by hand.
  await release.upgrade({ 'controller.replicas': 2 })
  await expectStatus(release, 'few streams again', ({ replicas }) => {
    expect(replicas).toBe(1)
  })
  await patiently(async () => {
    expect(await release.pods()).toHaveLength(1)
  })
  await staying.expectConsistentEnd(publisher)
  for (const { gaps } of staying.records) expect(gaps).toEqual([])
  console.log(`KEDA: ${staying.summary}; ${publisher.accepted.size} events meanwhile`)

  await release.kubectl('scale', release.deployment, '--replicas=0')
  await patiently(async () => {
    expect(await conditionOfScaledObject(release, 'Paused')).toBe('True')
    expect(await release.kubectl('get', 'hpa', '--output=name')).toBe('')
  })
  await expectStatus(release, 'scaled to 0', (status) => {
    expect(status.replicas).toBe(0)
    expect(reasonOf(status, 'ScalingActive')).toBe('ScaledToZero')
  })
  await release.kubectl('scale', release.deployment, '--replicas=1')
  await expectStatus(release, 'scaled to 1', (status) => {
    expect(reasonOf(status, 'ScalingActive')).toBe('KEDA')
  })

  // A controller that starts with another provider finds what the one before has left.
  await removeController(release)
  await release.upgrade({
    'controller.replicas': 2,
    'streamCapacity.scaling.provider': 'Direct',
  })
  await expectStatus(release, 'with another provider', (status) => {
    expect(reasonOf(status, 'ScalingActive')).toBe('Direct')
  })
  expect(await release.kubectl('get', 'scaledobject,hpa', '--output=name')).toBe('')
})

/** Resolves when its pods are gone. The chart refuses a controller without pods where it is what scales. */
async function removeController(release: Release): Promise<void> {
  await release.kubectl('delete', release.controller)
  const pods = ['pods', '--selector=app.kubernetes.io/component=controller']
  await release.kubectl('wait', '--for=delete', ...pods, '--timeout=1m')
}

/** The status of a condition that KEDA wrote. */
async function conditionOfScaledObject(release: Release, type: string): Promise<string> {
  const path = `--output=jsonpath={.status.conditions[?(@.type=="${type}")].status}`
  return release.kubectl('get', 'scaledobject', release.fullName, path)
}

/** As the autoscaler of KEDA has read it last. */
async function streamsPerPod(release: Release): Promise<string> {
  const path = '--output=jsonpath={.status.currentMetrics[0].external.current.averageValue}'
  return release.kubectl('get', 'hpa', `keda-hpa-${release.fullName}`, path)
}

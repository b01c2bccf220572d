import { expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { kubectlWith } from '../../rig/release/kubectl.ts'
import { patiently } from './patiently.ts'
import { Publisher } from './publisher.ts'
import { ReaderGroup } from './reader-group.ts'
import { Release } from '../../rig/release/release.ts'
import { CROWD, expectStatus, reasonOf, scalingValues } from './scaling.ts'

test('Direct goes 1 → 3 → 1, and nobody misses an event', async () => {
  await using release = await install('direct')
  await using publisher = new Publisher(release.insideUrl, 'news', 200)
  const url = `${release.url}/stream/news`
  using staying = new ReaderGroup({ url, count: CROWD.staying })
  await staying.begins()
  await expectStatus(release, 'few streams', (status) => {
    expect(status).toMatchObject({ subscribers: CROWD.staying, replicas: 1 })
    expect(reasonOf(status, 'ScalingActive')).toBe('Direct')
  })

  // An autoscaler of somebody else stops the scaling.
  await kubectlWith(foreignAutoscaler(release), 'apply', '--namespace', release.namespace)
  await expectStatus(release, 'beside another autoscaler', (status) => {
    expect(reasonOf(status, 'ScalingActive')).toBe('ForeignAutoscaler')
    expect(reasonOf(status, 'Stalled')).toBe('ForeignAutoscaler')
  })
  const visiting = new ReaderGroup({ url, count: CROWD.visiting, hasNative: false })
  await visiting.begins()
  // The controller scales before it writes what it has counted.
  await expectStatus(release, 'many streams', ({ subscribers }) => {
    expect(subscribers).toBe(CROWD.staying + CROWD.visiting)
  })
  expect(await release.replicas()).toBe(1)
  expect(await warningsOf(release)).toContain(
    'HorizontalPodAutoscaler foreign of somebody else scales Deployment ' +
      `${release.fullName}. Two would work against each other, so this fleet is not scaled on its streams. ` +
      'Delete it, or set spec.scaling.provider to External.',
  )

  await release.kubectl('delete', 'hpa', 'foreign')
  await expectStatus(release, 'without the other autoscaler', (status) => {
    expect(status).toMatchObject({ replicas: CROWD.pods, readyReplicas: CROWD.pods })
    expect(reasonOf(status, 'ScalingActive')).toBe('Direct')
    expect(reasonOf(status, 'Stalled')).toBeUndefined()
  })

  await expectUpgradeKeepsCount(release)

  visiting[Symbol.dispose]()
  await expectStatus(release, 'few streams again', ({ replicas }) => {
    expect(replicas).toBe(1)
  })
  await patiently(async () => {
    expect(await release.pods()).toHaveLength(1)
  })
  await staying.expectConsistentEnd(publisher)
  for (const { gaps } of staying.records) expect(gaps).toEqual([])
  console.log(`Direct: ${staying.summary}; ${publisher.accepted.size} events meanwhile`)
})

// The test above has upgraded with the first one.
test.for(HELMS.slice(1))('an upgrade with $name after a scaling changes no count', async (helm) => {
  await using release = await install('direct-upgrade', helm)
  using _crowd = new ReaderGroup({
    url: `${release.url}/stream/news`,
    count: CROWD.staying + CROWD.visiting,
    hasNative: false,
  })
  await expectStatus(release, 'many streams', ({ replicas }) => {
    expect(replicas).toBe(CROWD.pods)
  })

  await expectUpgradeKeepsCount(release)
})

async function install(name: string, helm = HELMS[0]!): Promise<Release> {
  return Release.install(name, { helm, hasRedis: true, values: scalingValues('Direct') })
}

/** The upgrade replaces the pods, so that Helm writes the Deployment. */
async function expectUpgradeKeepsCount(release: Release): Promise<void> {
  const before = await revisionOf(release)
  await release.upgrade({ logLevel: 'debug' })
  expect(await revisionOf(release)).not.toBe(before)
  expect(await release.replicas()).toBe(CROWD.pods)
}

/** Within its bounds it changes nothing, since the cluster has no metrics of pods. */
function foreignAutoscaler({ fullName }: Release): string {
  const cpu = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } }
  return JSON.stringify({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'foreign' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: fullName },
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [{ type: 'Resource', resource: cpu }],
    },
  })
}

/** The messages of Kubernetes events that warn of the fleet. */
async function warningsOf(release: Release): Promise<string> {
  const selector = `type=Warning,involvedObject.name=${release.fullName}`
  return release.kubectl(
    'get',
    'events',
    `--field-selector=${selector},involvedObject.kind=StreamCapacity`,
    '--output=jsonpath={.items[*].message}',
  )
}

/** It counts the templates that the Deployment has had. */
async function revisionOf(release: Release): Promise<string> {
  const path = String.raw`--output=jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}`
  return release.kubectl('get', release.deployment, path)
}

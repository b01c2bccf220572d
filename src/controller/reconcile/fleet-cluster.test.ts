import { expect, test } from 'vitest'
import { ReconcilerScene } from '../../../test/support/controller/reconciler-scene.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { DEPLOYMENT, POD } from '../objects/workloads.ts'
import { FleetCluster } from './fleet-cluster.ts'

const STREAMS = { namespace: 'default', name: 'streams' }
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'runnel-controller' }

const DEEDS: readonly (readonly [
  string,
  (cluster: FleetCluster, scene: ReconcilerScene) => Promise<void>,
])[] = [
  [
    'applied child',
    async (cluster) => {
      const metadata = { name: 'child', namespace: 'default', labels: MANAGED_BY }
      await cluster.apply(CONFIG_MAP, { metadata }, { fieldManager: 'a' })
    },
  ],
  [
    'cost of a pod',
    async (cluster) => {
      const metadata = { name: 'web-0', namespace: 'default', annotations: { cost: '1' } }
      await cluster.apply(POD, { metadata }, { fieldManager: 'a' })
    },
  ],
  ['number of pods', async (cluster) => cluster.scale({ namespace: 'default', name: 'web' }, 7)],
  [
    'deleted child',
    async (cluster, scene) => cluster.delete(CONFIG_MAP, scene.stored(CONFIG_MAP, 'old')!),
  ],
]

test.for(DEEDS)('a fleet is not planned until its copies show the %s', async ([, act]) => {
  using scene = await startScene()
  const cluster = clusterOf(scene)
  const release = scene.cluster.watches.hold()
  expect(cluster.areWritesSeen()).toBe(true)

  await act(cluster, scene)
  expect(cluster.areWritesSeen()).toBe(false)
  release()
  await eventually(() => expect(cluster.areWritesSeen()).toBe(true))
})

test('a deleted object that its finalizers keep is waited for no longer', async () => {
  using scene = await startScene()
  const cluster = clusterOf(scene)
  const old = scene.stored(CONFIG_MAP, 'old')!
  scene.cluster.delete = async (kind, key) => {
    const deletionTimestamp = '2026-01-01T00:00:00Z'
    const found = scene.stored(kind, key.name)!
    scene.cluster.put(kind, { ...found, metadata: { ...found.metadata, deletionTimestamp } })
  }

  await cluster.delete(CONFIG_MAP, old)
  await eventually(() => expect(cluster.areWritesSeen()).toBe(true))
  expect(scene.stored(CONFIG_MAP, 'old')).toBeDefined()
})

test('a write to pods that are not followed any more is not waited for', async () => {
  using scene = await startScene()
  const cluster = clusterOf(scene)
  const release = scene.cluster.watches.hold()
  await cluster.apply(
    POD,
    { metadata: { name: 'web-0', namespace: 'default', annotations: { cost: '1' } } },
    { fieldManager: 'a' },
  )
  expect(cluster.areWritesSeen()).toBe(false)

  scene.delete(DEPLOYMENT, 'web')
  release()
  await eventually(() => expect(scene.registry.copyOf(POD, STREAMS)).toBeUndefined())
  expect(cluster.areWritesSeen()).toBe(true)
})

async function startScene(): Promise<ReconcilerScene> {
  const scene = new ReconcilerScene()
  scene.putFleet({}, 1)
  scene.cluster.put(CONFIG_MAP, {
    metadata: { name: 'old', namespace: 'default', labels: MANAGED_BY },
  })
  await scene.start()
  return scene
}

function clusterOf({ cluster, registry }: ReconcilerScene): FleetCluster {
  return new FleetCluster({
    reads: cluster,
    writes: cluster,
    findCopy: (kind) => registry.copyOf(kind, STREAMS),
  })
}

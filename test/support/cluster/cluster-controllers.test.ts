import { expect, test } from 'vitest'
import { CONFIG_MAP } from '../../../src/controller/objects/children.ts'
import { DEPLOYMENT, POD } from '../../../src/controller/objects/workloads.ts'
import { MemoryCluster } from './memory-cluster.ts'

const namespace = 'one'

test('an object goes with the last of its owners, and takes its own along', async () => {
  const cluster = new MemoryCluster()
  const make = async (name: string, ...owners: readonly { name: string; uid: string }[]) => {
    const ownerReferences = owners.map((each) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...each }))
    const made = await cluster.create(CONFIG_MAP, {
      metadata: { namespace, name, ownerReferences },
    })
    return { name, uid: made.metadata.uid ?? '' }
  }
  const a = await make('a')
  const b = await make('b')
  const child = await make('child', a)
  await make('grandchild', child)
  await make('shared', a, b)
  await make('other')

  await cluster.delete(CONFIG_MAP, { namespace, name: 'a' })
  expect(await names(cluster)).toEqual(['b', 'other', 'shared'])
  await cluster.delete(CONFIG_MAP, { namespace, name: 'b' })
  expect(await names(cluster)).toEqual(['other'])
})

test('a pod is put with its status in one change, and put again keeps its uid', async () => {
  const cluster = new MemoryCluster()
  const metadata = { namespace, name: 'web-1', labels: { app: 'web' } }
  const { resourceVersion } = cluster
  const pod = cluster.put(POD, { metadata, status: { phase: 'Running' } })
  expect(pod.status).toEqual({ phase: 'Running' })
  expect(Number(cluster.resourceVersion)).toBe(Number(resourceVersion) + 1)
  const deletionTimestamp = '2026-01-02T03:04:05Z'
  const leaving = cluster.put(POD, { ...pod, metadata: { ...pod.metadata, deletionTimestamp } })
  expect(leaving.metadata).toMatchObject({ uid: pod.metadata.uid, deletionTimestamp })
  expect(await cluster.get(POD, metadata)).toEqual(leaving)
  expect(cluster.requests.writes).toEqual([])
})

test('a Deployment whose replicas nobody sets any more has one', async () => {
  const cluster = new MemoryCluster()
  const metadata = { namespace, name: 'web' }
  const spec = { selector: {}, template: {} }
  const options = { fieldManager: 'a' }
  await cluster.apply(DEPLOYMENT, { metadata, spec: { ...spec, replicas: 7 } }, options)
  const left = await cluster.apply(DEPLOYMENT, { metadata, spec }, options)
  expect(left.spec.replicas).toBe(1)
})

async function names(cluster: MemoryCluster): Promise<readonly string[]> {
  const { items } = await cluster.list(CONFIG_MAP, { namespace })
  return items.map((item) => item.metadata.name)
}

import { expect, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { CONFIG_MAP } from '../../objects/children.ts'
import { LEASE } from '../../objects/lease.ts'
import { DEPLOYMENT } from '../../objects/workloads.ts'
import { ClusterError } from '../cluster-error.ts'
import { WatchRecorder } from './watch-recorder.suite.ts'
import {
  configMap,
  deployment,
  lease,
  read,
  versionOf,
  WHOLE_BUDGET,
  WHOLE_DEPLOYMENT,
  type ClusterUnderTest,
  type OpenCluster,
} from './helpers.suite.ts'

const A = { fieldManager: 'manager-a' }
const B = { fieldManager: 'manager-b' }

export function testApply(open: OpenCluster): void {
  test('promise 7: apply creates the object', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    const applied = await cluster.apply(CONFIG_MAP, configMap(key, { a: '1' }), A)
    expect(applied.data).toEqual({ a: '1' })
    expect(applied.metadata).toMatchObject({ ...key, labels: { suite: 'own' } })
    expect(await read(cluster, CONFIG_MAP, key)).toEqual(applied)
  })

  test('promise 7: apply changes the fields that it names, and leaves those of others alone', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    const created = await cluster.create(CONFIG_MAP, {
      metadata: { ...key, labels: { mine: '1', theirs: '1' }, annotations: { theirs: '1' } },
      data: { mine: '1', theirs: '1' },
    })
    const applied = await cluster.apply(
      CONFIG_MAP,
      {
        metadata: { ...key, labels: { mine: '2' }, annotations: { mine: '2' } },
        data: { mine: '2', new: '2' },
      },
      A,
    )
    expect(applied.data).toEqual({ mine: '2', new: '2', theirs: '1' })
    expect(applied.metadata.labels).toEqual({ mine: '2', theirs: '1' })
    expect(applied.metadata.annotations).toEqual({ mine: '2', theirs: '1' })
    expect(applied.metadata.uid).toBe(created.metadata.uid)
    expect(versionOf(applied)).not.toBe(versionOf(created))
    expect(await read(cluster, CONFIG_MAP, key)).toEqual(applied)
  })

  test('promise 7: apply removes what the same manager applied before and leaves out now', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    await cluster.create(CONFIG_MAP, { metadata: key, data: { theirs: '1' } })
    const metadata = { ...key, labels: { a: '1' }, annotations: { a: '1' } }
    await cluster.apply(CONFIG_MAP, { metadata, data: { one: '1', two: '1' } }, A)
    const pruned = await cluster.apply(CONFIG_MAP, { metadata: key, data: { two: '1' } }, A)
    expect(pruned.data).toEqual({ theirs: '1', two: '1' })
    expect(pruned.metadata.labels).toBeUndefined()
    expect(pruned.metadata.annotations).toBeUndefined()
    const emptied = await cluster.apply(CONFIG_MAP, { metadata: key }, A)
    expect(emptied.data).toEqual({ theirs: '1' })
  })

  test('promise 7: a field with two owners stays until both leave it out', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    await cluster.apply(CONFIG_MAP, { metadata: key, data: { shared: '1', a: '1' } }, A)
    await cluster.apply(CONFIG_MAP, { metadata: key, data: { shared: '1', b: '1' } }, B)
    const byA = await cluster.apply(CONFIG_MAP, { metadata: key }, A)
    expect(byA.data).toEqual({ shared: '1', b: '1' })
    const byB = await cluster.apply(CONFIG_MAP, { metadata: key }, B)
    expect(byB.data).toBeUndefined()
  })

  test('promise 7: apply takes a field from its owner, who then no longer removes it', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    await cluster.apply(CONFIG_MAP, { metadata: key, data: { taken: 'a', a: '1' } }, A)
    const byB = await cluster.apply(CONFIG_MAP, { metadata: key, data: { taken: 'b' } }, B)
    expect(byB.data).toEqual({ taken: 'b', a: '1' })
    const byA = await cluster.apply(CONFIG_MAP, { metadata: key, data: { a: '1' } }, A)
    expect(byA.data).toEqual({ taken: 'b', a: '1' })
  })

  test('promise 7: a field that was taken goes with its last owner', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    await cluster.apply(CONFIG_MAP, { metadata: key, data: { taken: 'a', a: '1' } }, A)
    await cluster.apply(CONFIG_MAP, { metadata: key, data: { taken: 'b' } }, B)
    const left = await cluster.apply(CONFIG_MAP, { metadata: key }, B)
    expect(left.data).toEqual({ a: '1' })
  })

  test('promise 7: apply puts back a field that somebody replaced or removed', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    const manifest = configMap(key, { a: '1', b: '1' })
    const applied = await cluster.apply(CONFIG_MAP, manifest, A)
    const { metadata } = applied
    const replaced = await cluster.replace(CONFIG_MAP, { metadata, data: { b: '2', c: '2' } })
    const again = await cluster.apply(CONFIG_MAP, manifest, A)
    expect(again.data).toEqual({ a: '1', b: '1', c: '2' })
    expect(versionOf(again)).not.toBe(versionOf(replaced))
  })

  test('promise 7: apply with a uid rejects where there is a namesake or none', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    const { uid } = (await cluster.apply(CONFIG_MAP, configMap(key, { a: '1' }), A)).metadata
    const changed = { metadata: { ...key, uid }, data: { a: '2' } }
    expect((await cluster.apply(CONFIG_MAP, changed, A)).data).toEqual({ a: '2' })

    await cluster.delete(CONFIG_MAP, key)
    await expect(cluster.apply(CONFIG_MAP, changed, A)).rejects.toBeInstanceOf(ClusterError)
    expect(await cluster.get(CONFIG_MAP, key)).toBeUndefined()
    const namesake = await cluster.create(CONFIG_MAP, configMap(key, { a: '3' }))
    await expect(cluster.apply(CONFIG_MAP, changed, A)).rejects.toBeInstanceOf(ClusterError)
    expect(await read(cluster, CONFIG_MAP, key)).toEqual(namesake)
  })

  test('promise 7: owner references are merged by uid', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    const owners = []
    for (const name of ['owner-a', 'owner-b']) {
      const owner = await cluster.create(CONFIG_MAP, configMap({ ...key, name }, {}))
      const { uid = '' } = owner.metadata
      owners.push({ apiVersion: 'v1', kind: 'ConfigMap', name, uid })
    }
    const [a, b] = owners
    await cluster.apply(CONFIG_MAP, { metadata: { ...key, ownerReferences: [a!] } }, A)
    const both = await cluster.apply(CONFIG_MAP, { metadata: { ...key, ownerReferences: [b!] } }, B)
    expect(both.metadata.ownerReferences).toEqual(expect.arrayContaining(owners))
    expect(both.metadata.ownerReferences).toHaveLength(2)
    const left = await cluster.apply(CONFIG_MAP, { metadata: key }, A)
    expect(left.metadata.ownerReferences).toEqual([b])
  })

  test('promise 7: the containers of a pod template are merged by name', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    await cluster.apply(DEPLOYMENT, deployment(key, { replicas: 0 }), A)
    const container = { name: 'main', env: [{ name: 'LEVEL', value: 'debug' }] }
    const spec = { template: { spec: { containers: [container] } } }
    const merged = await cluster.apply(WHOLE_DEPLOYMENT, { metadata: key, spec }, B)
    expect(merged.spec).toMatchObject({
      template: {
        spec: { containers: [{ ...container, image: 'example.invalid/none:1' }] },
      },
    })
  })

  test('promise 7: a label selector is one field', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    for (const [options, label] of [
      [A, 'a'],
      [B, 'b'],
    ] as const) {
      const selector = {
        matchLabels: { [label]: '1' },
        matchExpressions: [{ key: label, operator: 'Exists' }],
      }
      const manifest = { metadata: key, spec: { minAvailable: 1, selector } }
      const { spec } = await cluster.apply(WHOLE_BUDGET, manifest, options)
      expect(spec).toMatchObject({ minAvailable: 1 })
      expect(spec['selector']).toEqual(selector)
    }
  })

  test('promise 7: an apply that names an outdated resource version is a conflict', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    const spec = { holderIdentity: 'a' }
    const first = await cluster.apply(LEASE, { metadata: key, spec }, A)
    const { resourceVersion } = first.metadata
    const metadata = { ...key, resourceVersion }
    await cluster.apply(LEASE, { metadata, spec: { holderIdentity: 'b' } }, A)
    const late = cluster.apply(LEASE, { metadata, spec: { holderIdentity: 'c' } }, A)
    await expect(late).rejects.toMatchObject({ reason: 'conflict' })
    expect((await read(cluster, LEASE, key)).spec).toMatchObject({ holderIdentity: 'b' })
  })

  test('promise 8: an apply that changes nothing changes no resource version and is no event', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    const { resourceVersion } = await cluster.list(LEASE, { namespace: key.namespace })
    await using recorder = new WatchRecorder(
      cluster,
      LEASE,
      { namespace: key.namespace },
      resourceVersion,
    )
    const spec = { holderIdentity: 'a', renewTime: '2026-01-02T03:04:05.000000Z' }
    const metadata = { ...key, labels: { app: 'web' } }
    const first = await cluster.apply(LEASE, { metadata, spec }, A)
    const reordered = { spec: { renewTime: spec.renewTime, holderIdentity: 'a' }, metadata }
    for (const manifest of [{ metadata, spec }, reordered]) {
      expect(await cluster.apply(LEASE, manifest, A)).toEqual(first)
    }
    expect(await read(cluster, LEASE, key)).toEqual(first)
    await cluster.create(LEASE, lease({ ...key, name: 'end' }, 'a'))
    await recorder.waitUntil(({ object }) => object.metadata.name === 'end')
    expect(recorder.names).toEqual([key.name, 'end'])
  })

  test('promise 8: the fields that the API server adds make no difference', async () => {
    await using under = await open()
    const { key, cluster } = target(under)
    const manifest = deployment(key, { replicas: 0 })
    const first = await cluster.apply(DEPLOYMENT, manifest, A)
    const { generation } = first.metadata
    // The Deployment controller of a real cluster writes its status meanwhile.
    await eventually(async () => {
      const before = await read(cluster, DEPLOYMENT, key)
      expect(versionOf(await cluster.apply(DEPLOYMENT, manifest, A))).toBe(versionOf(before))
    })
    const changed = await cluster.apply(DEPLOYMENT, deployment(key, { replicas: 1 }), A)
    expect(changed.metadata.generation).toBe((generation ?? 0) + 1)
  })
}

function target({ cluster, namespaces }: ClusterUnderTest) {
  return { cluster, key: { namespace: namespaces[0], name: 'applied' } }
}

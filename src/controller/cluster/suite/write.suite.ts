import type { KubeObject } from '../../objects/metadata.ts'
import { expect, test } from 'vitest'
import { CONFIG_MAP } from '../../objects/children.ts'
import { LEASE } from '../../objects/lease.ts'
import { DEPLOYMENT } from '../../objects/workloads.ts'
import { ClusterError } from '../cluster-error.ts'
import {
  configMap,
  deployment,
  lease,
  read,
  versionOf,
  WHOLE_DEPLOYMENT,
  type OpenCluster,
} from './helpers.suite.ts'

export function testWrites(open: OpenCluster): void {
  test('promise 5: create rejects where there is one of that name, and leaves it alone', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'settings' }
    const first = await cluster.create(CONFIG_MAP, configMap(key, { a: '1' }))
    await expect(cluster.create(CONFIG_MAP, configMap(key, { a: '2' }))).rejects.toMatchObject({
      name: 'ClusterError',
      reason: 'already-exists',
    })
    expect(await read(cluster, CONFIG_MAP, key)).toEqual(first)
    await cluster.create(CONFIG_MAP, configMap({ ...key, namespace: namespaces[1] }, {}))
    await cluster.create(LEASE, lease(key, 'a'))
  })

  test('promise 5: of concurrent creates of one name, one succeeds', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'leader' }
    const { winner, reasons } = await race(async (holder) =>
      cluster.create(LEASE, lease(key, holder)),
    )
    expect(await read(cluster, LEASE, key)).toEqual(winner)
    expect(new Set(reasons)).toEqual(new Set(['already-exists']))
  })

  test.each([
    ['a name', { metadata: { name: 'No_Good' } }],
    ['a time', { metadata: { name: 'leader' }, spec: { renewTime: '2026-01-02T03:04:05.006Z' } }],
  ])('an object with %s that the API server refuses is `invalid`', async (_, manifest) => {
    await using under = await open()
    const { cluster, namespaces } = under
    const metadata = { ...manifest.metadata, namespace: namespaces[0] }
    await expect(cluster.create(LEASE, { ...manifest, metadata })).rejects.toMatchObject({
      name: 'ClusterError',
      reason: 'invalid',
      isTransient: false,
    })
  })

  test('promise 6: replace stores the manifest in place of the object that was read', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'settings' }
    const created = await cluster.create(CONFIG_MAP, configMap(key, { a: '1', b: '1' }))
    const metadata = { ...key, resourceVersion: versionOf(created) }
    const replaced = await cluster.replace(CONFIG_MAP, { metadata, data: { b: '2' } })
    expect(await read(cluster, CONFIG_MAP, key)).toEqual(replaced)
    expect(replaced.data).toEqual({ b: '2' })
    expect(replaced.metadata.labels).toBeUndefined()
    const { uid, creationTimestamp } = created.metadata
    expect(replaced.metadata).toMatchObject({ uid, creationTimestamp })
    expect(versionOf(replaced)).not.toBe(versionOf(created))
  })

  test('promise 6: of concurrent replaces of what was read, one succeeds and the others conflict', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'leader' }
    const { metadata } = await cluster.create(LEASE, lease(key, 'nobody'))
    for (let round = 0; round < 3; round++) {
      const { resourceVersion } = (await read(cluster, LEASE, key)).metadata
      const { winner, reasons } = await race(async (holder) => {
        const spec = { holderIdentity: `${holder}${round}` }
        return cluster.replace(LEASE, { metadata: { ...metadata, resourceVersion }, spec })
      })
      expect(await read(cluster, LEASE, key)).toEqual(winner)
      expect(new Set(reasons)).toEqual(new Set(['conflict']))
    }
  })

  test('promise 6: replace conflicts where a namesake has come since, and needs a resource version', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'leader' }
    const first = await cluster.create(LEASE, lease(key, 'a'))
    await cluster.delete(LEASE, key)
    const second = await cluster.create(LEASE, lease(key, 'b'))
    const resourceVersion = versionOf(first)
    await expect(
      cluster.replace(LEASE, { ...lease(key, 'c'), metadata: { ...key, resourceVersion } }),
    ).rejects.toMatchObject({ name: 'ClusterError', reason: 'conflict' })
    await expect(cluster.replace(LEASE, lease(key, 'c'))).rejects.toMatchObject({
      name: 'ClusterError',
      reason: 'invalid',
    })
    expect(await read(cluster, LEASE, key)).toEqual(second)
  })

  test('promise 6: replace makes no object', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'settings' }
    const { metadata } = await cluster.create(CONFIG_MAP, configMap(key, {}))
    await cluster.delete(CONFIG_MAP, key)
    await expect(cluster.replace(CONFIG_MAP, { metadata })).rejects.toMatchObject({
      name: 'ClusterError',
      reason: 'not-found',
    })
    expect(await cluster.get(CONFIG_MAP, key)).toBeUndefined()
  })

  test('promise 10: scale sets the replicas and nothing else', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'web' }
    await cluster.create(DEPLOYMENT, deployment(key, { replicas: 0, minReadySeconds: 7 }))
    const other = { ...key, name: 'other' }
    await cluster.create(DEPLOYMENT, deployment(other, { replicas: 0 }))
    for (const replicas of [3, 1, 0, 2]) {
      const before = await read(cluster, WHOLE_DEPLOYMENT, key)
      const scaled = await cluster.scale(key, replicas)
      const after = await read(cluster, WHOLE_DEPLOYMENT, key)
      expect(scaled.metadata).toMatchObject(key)
      // The Deployment controller of a real cluster may have written its status before the read.
      expect(isNewer(scaled, before)).toBe(true)
      expect(isNewer(scaled, after)).toBe(false)
      expect(after.spec).toEqual({ ...before.spec, replicas })
      const { labels, uid, generation = 0 } = before.metadata
      expect(after.metadata).toMatchObject({ labels, uid, generation: generation + 1 })
    }
    expect((await read(cluster, DEPLOYMENT, other)).spec.replicas).toBe(0)
  })

  test('promise 10: a number that was scaled to stays when its first owner leaves it out', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'web' }
    const fieldManager = 'owner'
    await cluster.apply(DEPLOYMENT, deployment(key, { replicas: 0 }), { fieldManager })
    await cluster.scale(key, 3)
    const after = await cluster.apply(DEPLOYMENT, deployment(key), { fieldManager })
    expect(after.spec.replicas).toBe(3)
  })

  test('promise 10: scale rejects where there is no such Deployment', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const scaled = cluster.scale({ namespace: namespaces[0], name: 'none' }, 1)
    await expect(scaled).rejects.toMatchObject({ name: 'ClusterError', reason: 'not-found' })
  })

  test('promise 11: delete removes the object, and resolves where there is none', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'settings' }
    await cluster.delete(CONFIG_MAP, key)
    await cluster.create(CONFIG_MAP, configMap(key, {}))
    const other = await cluster.create(
      CONFIG_MAP,
      configMap({ ...key, namespace: namespaces[1] }, {}),
    )
    await cluster.delete(CONFIG_MAP, key)
    expect(await cluster.get(CONFIG_MAP, key)).toBeUndefined()
    await cluster.delete(CONFIG_MAP, key, { uid: other.metadata.uid })
    expect(await read(cluster, CONFIG_MAP, { ...key, namespace: namespaces[1] })).toEqual(other)
  })

  test('promise 11: delete with a uid removes that object, and resolves where a namesake has taken its place', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'settings' }
    const { uid } = (await cluster.create(CONFIG_MAP, configMap(key, {}))).metadata
    await cluster.delete(CONFIG_MAP, key, { uid })
    expect(await cluster.get(CONFIG_MAP, key)).toBeUndefined()
    const namesake = await cluster.create(CONFIG_MAP, configMap(key, {}))
    await cluster.delete(CONFIG_MAP, key, { uid })
    expect(await read(cluster, CONFIG_MAP, key)).toEqual(namesake)
  })
}

/** Of five calls at once exactly one must succeed. */
async function race<T>(call: (caller: string) => Promise<T>) {
  const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(call))
  const winners = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const errors = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  if (winners.length !== 1) throw new Error(`expected one success, got ${winners.length}`)
  return {
    winner: winners[0],
    reasons: errors.map((error) => (error instanceof ClusterError ? error.reason : error)),
  }
}

/** Versions of one object can be compared (KEP-5504). */
function isNewer(one: KubeObject, other: KubeObject): boolean {
  return BigInt(one.metadata.resourceVersion ?? 0) > BigInt(other.metadata.resourceVersion ?? 0)
}

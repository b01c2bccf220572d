import { expect, test } from 'vitest'
import { z } from 'zod'
import { CONFIG_MAP } from '../../objects/children.ts'
import type { Kind } from '../../objects/kind.ts'
import { LEASE } from '../../objects/lease.ts'
import { metadata } from '../../objects/metadata.ts'
import { STREAM_CAPACITY } from '../../objects/stream-capacity.ts'
import { DEPLOYMENT } from '../../objects/workloads.ts'
import {
  configMap,
  deployment,
  lease,
  listAll,
  listNames,
  OWN,
  read,
  type OpenCluster,
} from './helpers.suite.ts'

const UNKNOWN: Kind = {
  apiVersion: 'suite.runnel.dev/v1',
  kind: 'Widget',
  plural: 'widgets',
  isNamespaced: true,
  schema: z.object({ metadata }),
}

export function testReads(open: OpenCluster): void {
  test('promise 1: get resolves to the stored object, with the fields that the API server adds', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'settings' }
    const before = Date.now()
    const created = await cluster.create(CONFIG_MAP, configMap(key, { a: '1', b: 'line\nline' }))
    const stored = await read(cluster, CONFIG_MAP, key)
    expect(stored).toEqual(created)
    expect(stored.data).toEqual({ a: '1', b: 'line\nline' })
    expect(stored.metadata).toMatchObject({ ...key, labels: { suite: 'own' } })
    expect(stored.metadata.uid).toMatch(/./)
    expect(stored.metadata.resourceVersion).toMatch(/./)
    expect(stored.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    // The API server may be on another clock.
    const made = Date.parse(stored.metadata.creationTimestamp ?? '')
    expect(Math.abs(made - before)).toBeLessThan(300_000)
  })

  test('promise 1: get leaves out the fields that are not in the schema of the kind', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'web' }
    await cluster.create(DEPLOYMENT, deployment(key, { replicas: 0, minReadySeconds: 7 }))
    const { spec } = await read(cluster, DEPLOYMENT, key)
    expect(Object.keys(spec).toSorted()).toEqual(['replicas', 'selector', 'template'])
    expect(spec.template.spec?.containers).toEqual([{}])
    const [page] = await listAll(cluster, DEPLOYMENT, { namespace: key.namespace })
    expect(page?.items.map((item) => item.spec)).toEqual([spec])
  })

  test('promise 1: get resolves to undefined where there is no such object', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    await cluster.create(CONFIG_MAP, configMap({ namespace: namespaces[1], name: 'settings' }, {}))
    const elsewhere = { namespace: namespaces[0], name: 'settings' }
    expect(await cluster.get(CONFIG_MAP, elsewhere)).toBeUndefined()
    expect(await cluster.get(LEASE, { ...elsewhere, namespace: namespaces[1] })).toBeUndefined()
  })

  test('promise 1: times stay the text that was stored', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'leader' }
    const renewTime = '2026-01-02T03:04:05.000006Z'
    await cluster.create(LEASE, { metadata: key, spec: { renewTime } })
    expect((await read(cluster, LEASE, key)).spec?.renewTime).toBe(renewTime)
  })

  test('promise 2: a list has each object once, whatever the size of its pages', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const names = Array.from({ length: 7 }, (_, index) => `lease-${index}`)
    for (const name of names) {
      await cluster.create(LEASE, lease({ namespace: namespaces[0], name }, 'a'))
    }
    for (const limit of [undefined, 1, 3, 6, 7, 100]) {
      const pages = await listAll(cluster, LEASE, { namespace: namespaces[0] }, limit)
      const items = pages.flatMap((page) => page.items)
      expect(items.map((item) => item.metadata.name).toSorted()).toEqual(names)
      for (const page of pages) {
        expect(page.items.length).toBeLessThanOrEqual(limit ?? names.length)
        expect(page.resourceVersion).toBe(pages[0]?.resourceVersion)
      }
    }
  })

  test('promise 2: the pages of a list show one moment, though objects change in between', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const namespace = namespaces[0]
    const names = Array.from({ length: 6 }, (_, index) => `lease-${index}`)
    for (const name of names) await cluster.create(LEASE, lease({ namespace, name }, 'before'))

    const first = await cluster.list(LEASE, { namespace }, { limit: 2 })
    for (const name of names.slice(0, 4)) await cluster.delete(LEASE, { namespace, name })
    for (const name of names.slice(4)) {
      const { metadata: found } = await read(cluster, LEASE, { namespace, name })
      await cluster.replace(LEASE, { metadata: found, spec: { holderIdentity: 'after' } })
    }
    await cluster.create(LEASE, lease({ namespace, name: 'lease-9' }, 'after'))

    const items = [...first.items]
    let { continueToken } = first
    while (continueToken !== undefined) {
      const page = await cluster.list(LEASE, { namespace }, { limit: 2, continueToken })
      expect(page.resourceVersion).toBe(first.resourceVersion)
      items.push(...page.items)
      continueToken = page.continueToken
    }
    expect(
      items.map((item) => `${item.metadata.name} ${item.spec?.holderIdentity}`).toSorted(),
    ).toEqual(names.map((name) => `${name} before`))
  })

  test('promise 2: a list has the objects of its namespace, or of all', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const mark = namespaces[0]
    for (const namespace of namespaces) {
      await cluster.create(LEASE, lease({ namespace, name: `in-${namespace}` }, 'a', mark))
    }
    expect(await listNames(cluster, LEASE, { namespace: namespaces[1] })).toEqual([
      `in-${namespaces[1]}`,
    ])
    expect(await listNames(cluster, LEASE, { labelSelector: `tier=${mark}` })).toEqual(
      namespaces.map((namespace) => `in-${namespace}`).toSorted(),
    )
  })

  test.each([
    ['tier=a', ['one']],
    ['tier==a', ['one']],
    ['tier=a,suite=own', ['one']],
    ['tier=a,suite=other', []],
    ['tier!=a', ['three', 'two']],
    ['tier in (a,b)', ['one', 'two']],
    ['tier in (a, b),suite=own', ['one', 'two']],
    ['tier notin (a,c)', ['three', 'two']],
    ['tier', ['one', 'two']],
    ['!tier', ['three']],
  ])('promise 2: the label selector %s is kept to', async (labelSelector, expected) => {
    await using under = await open()
    const { cluster, namespaces } = under
    const namespace = namespaces[0]
    await cluster.create(LEASE, lease({ namespace, name: 'one' }, 'x', 'a'))
    await cluster.create(LEASE, lease({ namespace, name: 'two' }, 'x', 'b'))
    await cluster.create(LEASE, { metadata: { namespace, name: 'three' } })
    expect(await listNames(cluster, LEASE, { namespace, labelSelector })).toEqual(expected)
  })

  test('promise 2: field selectors are kept to', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    for (const namespace of namespaces) {
      for (const name of ['one', 'two']) {
        await cluster.create(CONFIG_MAP, configMap({ namespace, name }, {}))
      }
    }
    const [namespace] = namespaces
    for (const [fieldSelector, expected] of [
      ['metadata.name=one', ['one']],
      ['metadata.name!=one', ['two']],
      [`metadata.name=one,metadata.namespace=${namespace}`, ['one']],
      ['metadata.name=none', []],
    ] as const) {
      const selection = { ...OWN, namespace, fieldSelector }
      expect(await listNames(cluster, CONFIG_MAP, selection)).toEqual(expected)
    }
    const selection = { ...OWN, fieldSelector: `metadata.namespace=${namespace}` }
    expect(await listNames(cluster, CONFIG_MAP, selection)).toEqual(['one', 'two'])
  })

  test('promise 2: a signal ends a list, which rejects with its reason', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const reason = new Error('the test ends it')
    const listed = cluster.list(
      LEASE,
      { namespace: namespaces[0] },
      { signal: AbortSignal.abort(reason) },
    )
    await expect(listed).rejects.toBe(reason)
  })

  test('promise 2: a StreamCapacity is selected by its target', async ({ skip }) => {
    await using under = await open()
    const { cluster, namespaces } = under
    if (!(await cluster.serves(STREAM_CAPACITY))) skip('the API server has no such kind')
    const namespace = namespaces[0]
    for (const name of ['one', 'two']) {
      const spec = { targetRef: { name: `${name}-pods` } }
      await cluster.create(STREAM_CAPACITY, { metadata: { namespace, name }, spec })
    }
    const selection = { namespace, fieldSelector: 'spec.targetRef.name=two-pods' }
    expect(await listNames(cluster, STREAM_CAPACITY, selection)).toEqual(['two'])
  })

  test('promise 12: serves knows the kinds of the API server, and no others', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    for (const kind of [CONFIG_MAP, DEPLOYMENT, LEASE]) {
      expect(await cluster.serves(kind)).toBe(true)
    }
    for (const kind of [
      UNKNOWN,
      { ...DEPLOYMENT, plural: 'widgets' },
      { ...DEPLOYMENT, apiVersion: 'apps/v7' },
      { ...CONFIG_MAP, plural: 'widgets' },
    ]) {
      expect(await cluster.serves(kind)).toBe(false)
    }
    await expect(cluster.list(UNKNOWN, { namespace: namespaces[0] })).rejects.toMatchObject({
      name: 'ClusterError',
      reason: 'not-found',
    })
  })

  test('promise 12: serves follows kinds that come and go', async ({ skip }) => {
    await using under = await open()
    const { cluster, addKind, namespaces } = under
    if (addKind === undefined) return skip('this API server cannot be given kinds')
    expect(await cluster.serves(UNKNOWN)).toBe(false)
    {
      await using _ = await addKind(UNKNOWN)
      expect(await cluster.serves(UNKNOWN)).toBe(true)
      await cluster.create(UNKNOWN, { metadata: { namespace: namespaces[0], name: 'one' } })
      expect(await listNames(cluster, UNKNOWN, { namespace: namespaces[0] })).toEqual(['one'])
    }
    expect(await cluster.serves(UNKNOWN)).toBe(false)
  })
}

import { expect, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { STREAM_CAPACITY } from '../../objects/stream-capacity.ts'
import { DEPLOYMENT, type Deployment } from '../../objects/workloads.ts'
import type { ApplyOptions } from '../cluster.ts'
import {
  deployment,
  read,
  versionOf,
  WHOLE_DEPLOYMENT,
  type ClusterUnderTest,
  type OpenCluster,
} from './helpers.suite.ts'

const A = { fieldManager: 'status-a', subresource: 'status' } as const
const B = { fieldManager: 'status-b', subresource: 'status' } as const

/** The controllers of a real cluster write conditions of their own types. */
const SUITE_TYPES = ['SuiteOne', 'SuiteTwo']

export function testStatus(open: OpenCluster): void {
  test('promise 9: apply with `status` changes nothing but the status', async () => {
    await using under = await open()
    const { cluster, key } = await createDeployment(under)
    const before = await read(cluster, WHOLE_DEPLOYMENT, key)
    const applied = await cluster.apply(
      DEPLOYMENT,
      {
        metadata: { ...key, labels: { suite: 'other' } },
        spec: { replicas: 5 },
        status: { conditions: [condition('SuiteOne', 'True')] },
      },
      A,
    )
    expect(suiteConditions(applied)).toEqual([condition('SuiteOne', 'True')])
    const after = await read(cluster, WHOLE_DEPLOYMENT, key)
    expect(after.spec).toEqual(before.spec)
    const { uid, generation, labels } = before.metadata
    expect(after.metadata).toMatchObject({ uid, generation, labels })
  })

  test('promise 9: apply without `status` changes no status', async () => {
    await using under = await open()
    const { cluster, key } = await createDeployment(under)
    const status = { conditions: [condition('SuiteOne', 'True')] }
    await cluster.apply(DEPLOYMENT, { metadata: key, status }, A)
    const other = { conditions: [condition('SuiteOne', 'False'), condition('SuiteTwo', 'True')] }
    const options = { fieldManager: 'status-a' }
    const manifest = deployment(key, { replicas: 1 })
    const applied = await cluster.apply(DEPLOYMENT, { ...manifest, status: other }, options)
    expect(suiteConditions(applied)).toEqual(status.conditions)
    expect(applied.spec.replicas).toBe(1)
    // Nor does one remove what the same manager applied to the status, or forget that it did.
    const again = await cluster.apply(DEPLOYMENT, manifest, options)
    expect(suiteConditions(again)).toEqual(status.conditions)
    const left = await cluster.apply(DEPLOYMENT, { metadata: key, status: {} }, A)
    expect(suiteConditions(left)).toEqual([])
  })

  test('promise 9: an object that is made has no status yet', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const namespace = namespaces[0]
    const status = { conditions: [condition('SuiteOne', 'True')] }
    const created = { ...deployment({ namespace, name: 'created' }, { replicas: 0 }), status }
    expect(suiteConditions(await cluster.create(DEPLOYMENT, created))).toEqual([])
    const applied = { ...deployment({ namespace, name: 'applied' }, { replicas: 0 }), status }
    const options = { fieldManager: 'a' }
    expect(suiteConditions(await cluster.apply(DEPLOYMENT, applied, options))).toEqual([])
  })

  test('promises 7 and 9: conditions are merged by type', async () => {
    await using under = await open()
    const { cluster, key } = await createDeployment(under)
    const one = condition('SuiteOne', 'True')
    const two = condition('SuiteTwo', 'False')
    await cluster.apply(DEPLOYMENT, { metadata: key, status: { conditions: [one] } }, A)
    const both = await cluster.apply(
      DEPLOYMENT,
      { metadata: key, status: { conditions: [two] } },
      B,
    )
    expect(suiteConditions(both)).toEqual([one, two])
    const changed = { ...one, status: 'False', reason: 'Changed' }
    await cluster.apply(DEPLOYMENT, { metadata: key, status: { conditions: [changed] } }, A)
    expect(suiteConditions(await read(cluster, DEPLOYMENT, key))).toEqual([changed, two])
    const left = await cluster.apply(DEPLOYMENT, { metadata: key, status: {} }, A)
    expect(suiteConditions(left)).toEqual([two])
  })

  test('promises 8 and 9: a status applied again leaves the resource version as it was', async () => {
    await using under = await open()
    const { cluster, key } = await createDeployment(under)
    const manifest = {
      metadata: key,
      status: { conditions: [condition('SuiteOne', 'True'), condition('SuiteTwo', 'False')] },
    }
    const first = await cluster.apply(DEPLOYMENT, manifest, A)
    // The Deployment controller of a real cluster writes the status too, at first.
    await eventually(async () => {
      const before = await read(cluster, DEPLOYMENT, key)
      const again = await cluster.apply(DEPLOYMENT, manifest, A)
      expect(versionOf(again)).toBe(versionOf(before))
    })
    expect(suiteConditions(first)).toEqual(manifest.status.conditions)
  })

  test('promise 9: there is no status without its object', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'none' }
    const manifest = { metadata: key, status: { conditions: [condition('SuiteOne', 'True')] } }
    await expect(cluster.apply(DEPLOYMENT, manifest, A)).rejects.toMatchObject({
      name: 'ClusterError',
      reason: 'not-found',
    })
    expect(await cluster.get(DEPLOYMENT, key)).toBeUndefined()
  })

  test('promises 8 and 9: spec and status of a StreamCapacity are apart', async ({ skip }) => {
    await using under = await open()
    const { cluster, namespaces } = under
    if (!(await cluster.serves(STREAM_CAPACITY))) skip('the API server has no such kind')
    const key = { namespace: namespaces[0], name: 'fleet' }
    const spec = { targetRef: { name: 'pods' } }
    const manifest = { metadata: key, spec }
    const created = await cluster.apply(STREAM_CAPACITY, manifest, { fieldManager: 'a' })
    expect(created.status).toBeUndefined()

    const status = { subscribers: 7, conditions: [condition('Ready', 'True')] }
    const withStatus = await cluster.apply(STREAM_CAPACITY, { metadata: key, status }, A)
    expect(withStatus).toMatchObject({ spec: created.spec, status })
    expect(withStatus.metadata.generation).toBe(created.metadata.generation)
    expect(await cluster.apply(STREAM_CAPACITY, { metadata: key, status }, A)).toEqual(withStatus)
    expect(await cluster.apply(STREAM_CAPACITY, manifest, { fieldManager: 'a' })).toEqual(
      withStatus,
    )
  })

  test('promises 7 and 9: the pods of a StreamCapacity are merged by name', async ({ skip }) => {
    await using under = await open()
    const { cluster, namespaces } = under
    if (!(await cluster.serves(STREAM_CAPACITY))) skip('the API server has no such kind')
    const key = { namespace: namespaces[0], name: 'fleet' }
    const spec = { targetRef: { name: 'pods' } }
    await cluster.create(STREAM_CAPACITY, { metadata: key, spec })
    const pod = { subscribers: 1, limit: 5, ready: true, draining: false }
    const apply = async (options: ApplyOptions, ...names: readonly string[]) => {
      const status = { pods: names.map((name) => ({ name, ...pod })) }
      return cluster.apply(STREAM_CAPACITY, { metadata: key, status }, options)
    }
    await apply(A, 'pod-1', 'pod-2')
    await apply(B, 'pod-3')
    const left = await apply(A, 'pod-2')
    const pods = ['pod-2', 'pod-3'].map((name) => ({ name, ...pod }))
    expect(left.status).toEqual({ pods })
  })
}

async function createDeployment({ cluster, namespaces }: ClusterUnderTest) {
  const key = { namespace: namespaces[0], name: 'web' }
  await cluster.create(DEPLOYMENT, deployment(key, { replicas: 0 }))
  return { cluster, key }
}

function condition(type: string, status: string) {
  return {
    type,
    status,
    reason: 'Tested',
    message: 'The suite says so.',
    lastTransitionTime: '2026-01-02T03:04:05Z',
  }
}

function suiteConditions({ status }: Deployment) {
  return (status?.conditions ?? [])
    .filter(({ type }) => SUITE_TYPES.includes(type))
    .toSorted((a, b) => a.type.localeCompare(b.type))
}

import { randomUUID } from 'node:crypto'
import { KubeConfig } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { describeCluster } from '../../src/controller/cluster/cluster.suite.ts'
import type { ClusterUnderTest } from '../../src/controller/cluster/suite/helpers.suite.ts'
import { KubeCluster } from '../../src/controller/kube/kube-cluster.ts'
import { loadKubeConfig } from '../../src/controller/kube/load-kube-config.ts'
import type { Kind } from '../../src/controller/objects/kind.ts'
import { POD } from '../../src/controller/objects/workloads.ts'
import { eventually } from '../support/eventually.ts'
import {
  createNamespace,
  deleteNamespace,
  kubectl,
  kubectlWith,
} from '../../rig/release/kubectl.ts'

describeCluster('the API server of a real cluster', openCluster)

test('promise 13: a pod is read through the API server', async () => {
  await using under = await openCluster()
  const selection = {
    labelSelector: 'app.kubernetes.io/name=ingress-nginx',
    fieldSelector: 'status.phase=Running',
  }
  const [pod] = (await under.cluster.list(POD, selection)).items
  if (pod === undefined) throw new Error('expected pods of ingress-nginx')
  // It tells there that it is well.
  const request = { port: 10_254, path: '/healthz', signal: AbortSignal.timeout(30_000) }
  expect(await under.cluster.readPod(pod.metadata, request)).toBe('ok')
  for (const changed of [{ port: 1 }, { path: '/none' }]) {
    const reading = under.cluster.readPod(pod.metadata, { ...request, ...changed })
    await expect(reading).rejects.toMatchObject({ name: 'ClusterError', reason: 'unavailable' })
  }
})

test('what RBAC lacks is named', async () => {
  const { clusters, users, contexts, currentContext } = loadKubeConfig()
  const config = new KubeConfig()
  const nobodies = users.map((user) => ({ ...user, impersonateUser: 'nobody' }))
  config.loadFromOptions({ clusters, users: nobodies, contexts, currentContext })
  await using stack = new AsyncDisposableStack()
  const cluster = stack.adopt(new KubeCluster({ config }), async (opened) => opened.close())
  const key = { namespace: 'kube-system', name: 'none' }
  const request = { port: 8080, path: '/health', signal: AbortSignal.timeout(30_000) }
  for (const [call, need] of [
    [async () => cluster.list(POD, key), 'list on pods (apiGroups: [""]) in namespace kube-system'],
    [async () => cluster.scale(key, 1), 'patch on deployments/scale (apiGroups: ["apps"])'],
    [async () => cluster.readPod(key, request), 'get on pods/proxy (apiGroups: [""])'],
  ] as const) {
    const error: unknown = await call().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'ClusterError', reason: 'forbidden', status: 403 })
    expect(String(error)).toContain(`RBAC has to allow ${need}`)
  }
})

async function openCluster(): Promise<ClusterUnderTest> {
  await using stack = new AsyncDisposableStack()
  const cluster = new KubeCluster({ config: loadKubeConfig() })
  stack.defer(async () => cluster.close())
  const run = `runnel-e2e-${randomUUID().slice(0, 8)}`
  const namespaces = [`${run}-a`, `${run}-b`] as const
  for (const namespace of namespaces) stack.defer(async () => deleteNamespace(namespace))
  await Promise.all(namespaces.map(createNamespace))
  const opened = stack.move()
  return {
    cluster,
    namespaces,
    expiredVersion,
    addKind,
    [Symbol.asyncDispose]: async () => opened.disposeAsync(),
  }
}

/**
 * The first version of all: an API server keeps some hundred changes of Leases, and the parts of a cluster renew
 * theirs every few seconds.
 */
async function expiredVersion(): Promise<string> {
  await eventually(async () => {
    const query = 'watch=true&resourceVersion=1&timeoutSeconds=1'
    const answer = await kubectl('get', '--raw', `/apis/coordination.k8s.io/v1/leases?${query}`)
    if (!answer.includes('"reason":"Expired"')) throw new Error('expected version 1 to be expired')
  })
  return '1'
}

async function addKind({ apiVersion, kind, plural }: Kind): Promise<AsyncDisposable> {
  const [group = '', name = ''] = apiVersion.split('/')
  const definition = `customresourcedefinition/${plural}.${group}`
  const schema = { openAPIV3Schema: { type: 'object' } }
  const manifest = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural },
      versions: [{ name, served: true, storage: true, schema }],
    },
  }
  await kubectlWith(JSON.stringify(manifest), 'apply')
  await kubectl('wait', '--for=condition=Established', definition, '--timeout=1m')
  await eventually(async () => kubectl('get', plural, '--all-namespaces'))
  return {
    [Symbol.asyncDispose]: async () => {
      await kubectl('delete', definition, '--timeout=1m')
      // Discovery follows within seconds.
      await eventually(async () => {
        const served = await kubectl('api-resources', `--api-group=${group}`, '--output=name')
        if (served !== '') throw new Error(`expected the API server to forget ${plural}`)
      })
    },
  }
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PodStatus } from '../../src/schema/stream-capacity.ts'
import { requestsOf } from './audit-log.ts'
import { AUDIT_LOG, IMAGE } from './environment.ts'
import { controllerAccount, controllerRules, fleetTable, streamCapacityOf } from './fleet.ts'
import { kubectl, kubectlWith } from '../../rig/release/kubectl.ts'
import { patiently } from './patiently.ts'
import { Publisher } from './publisher.ts'
import { ReaderGroup } from './reader-group.ts'
import { Release } from '../../rig/release/release.ts'
import { deniedRequests, unusedVerbs } from './rights-in-use.ts'

const TARGET = 150
/** 600 streams, 150 a pod. */
const MOST_PODS = 4
const TOLERANCE = 0.2

let release: Release

beforeAll(async () => {
  release = await Release.install('autoscaling', {
    hasRedis: true,
    values: {
      'metricsApi.register': true,
      'streamCapacity.scaling.provider': 'CustomMetrics',
      'streamCapacity.scaling.minReplicas': 1,
      'streamCapacity.scaling.maxReplicas': 6,
      'streamCapacity.scaling.scaleDown.stabilizationSeconds': 45,
      'streamCapacity.scaling.scaleDown.maxPercent': 100,
      'streamCapacity.subscribersPerPod.target': TARGET,
      'streamCapacity.subscribersPerPod.limit': 2 * TARGET,
      'streamCapacity.rebalance.maxPercentPerMinute': 100,
      'streamCapacity.drain.window': '5s',
    },
  })
})

afterAll(async () => {
  await release?.[Symbol.asyncDispose]()
})

test('50 → 600 → 20 streams make the autoscaler go 1 → 4 → 1, and nobody misses an event', async () => {
  await using publisher = new Publisher(release.insideUrl, 'news', 500)
  const url = `${release.url}/stream/news`
  using staying = new ReaderGroup({ url, count: 20 })
  const visitors = new DisposableStack()
  visitors.use(new ReaderGroup({ url, count: 30 }))
  await staying.begins()
  await expectFleet('50 streams', ({ subscribers, replicas }) => {
    expect({ subscribers, replicas }).toEqual({ subscribers: 50, replicas: 1 })
  })
  // A pod of the fleet that never serves must not keep it from growing.
  await kubectlWith(brokenPod(), 'apply', '--namespace', release.namespace)

  const crowd = visitors.use(new ReaderGroup({ url, count: 550, hasNative: false }))
  await expectFleet('600 streams', ({ subscribers, replicas, readyReplicas }) => {
    expect({ subscribers, replicas, readyReplicas }).toEqual({
      subscribers: 600,
      replicas: MOST_PODS,
      readyReplicas: MOST_PODS,
    })
  })
  await expectFleet('balanced', ({ pods }) => {
    const serving = pods.filter(({ ready }) => ready)
    expect(serving).toHaveLength(MOST_PODS)
    for (const pod of serving) expect(pod.subscribers).toBeLessThanOrEqual(TARGET * (1 + TOLERANCE))
  })
  await crowd.begins()

  await release.kubectl('delete', 'pod', 'broken', '--grace-period=0', '--force')
  visitors.dispose()
  const counts = await lastCountsBeforeShrinking()
  await expectFleet('20 streams', ({ subscribers, replicas }) => {
    expect({ subscribers, replicas }).toEqual({ subscribers: 20, replicas: 1 })
  })
  await patiently(async () => expect(await release.pods()).toHaveLength(1))

  const [survivor = ''] = await release.pods()
  expect(counts.get(survivor)).toBe(Math.max(...counts.values()))
  await staying.expectConsistentEnd(publisher)
  for (const { gaps } of staying.records) expect(gaps).toEqual([])
  console.log(`scaled down: ${staying.summary}; the fullest of ${counts.size} pods stayed`)
})

/** The streams of each pod, as the pods themselves tell, when the autoscaler decided that fewer are enough. */
async function lastCountsBeforeShrinking(): Promise<ReadonlyMap<string, number>> {
  let counts = new Map<string, number>()
  await patiently(async () => {
    const names = await release.pods()
    const now = await Promise.all(names.map(async (name) => [name, await countOf(name)] as const))
    const replicas = await release.replicas()
    if (replicas === MOST_PODS) counts = new Map(now)
    expect(replicas).toBeLessThan(MOST_PODS)
  })
  expect(counts.size).toBe(MOST_PODS)
  return counts
}

async function countOf(pod: string): Promise<number> {
  const path = `/api/v1/namespaces/${release.namespace}/pods/${pod.replace('pod/', '')}:9090/proxy/snapshot`
  const { subscribers } = JSON.parse(await kubectl('get', `--raw=${path}`)) as {
    subscribers: number
  }
  return subscribers
}

test('an upgrade after a scaling changes no count', async () => {
  await release.kubectl('scale', release.deployment, '--replicas=3')
  await release.upgrade({ 'streamCapacity.connections.retry': '2s', logLevel: 'debug' })
  // The autoscaler takes unneeded pods away again, and nothing else has touched the number.
  expect(await release.replicas()).toBeGreaterThanOrEqual(1)
  await patiently(async () => expect(await release.replicas()).toBe(1))
})

test('every right of the controller is used, and none is missing', async ({ skip }) => {
  if (AUDIT_LOG === undefined) skip('the API server writes no audit log here')
  // A fleet without a target needs no autoscaler, and one that comes late to a target has nothing at all.
  await retarget(release.fullName, 'nowhere')
  await expectReason(release.fullName, 'TargetNotFound')
  await kubectlWith(latecomer(), 'apply', '--namespace', release.namespace)
  await expectReason('latecomer', 'TargetNotFound')
  await retarget(release.fullName, release.fullName)
  await retarget('latecomer', release.fullName)
  await expectReason('latecomer', 'TargetTaken')
  await patiently(async () => {
    const label = '--selector=runnel.dev/stream-capacity=latecomer'
    expect(await release.kubectl('get', 'cm,hpa,pdb', label)).toBe('')
  })
  const rules = await controllerRules(release)
  const requests = await requestsOf(AUDIT_LOG ?? '', controllerAccount(release))
  expect(deniedRequests(requests)).toEqual([])
  // They need KEDA's own kinds, and are tried where KEDA is.
  const unused = unusedVerbs(rules, requests).filter((verb) => !verb.endsWith('keda.sh'))
  expect(unused).toEqual([])
  console.log(await release.kubectl('describe', 'scap', release.fullName))
})

async function retarget(name: string, target: string): Promise<void> {
  const patch = JSON.stringify({ spec: { targetRef: { name: target } } })
  await release.kubectl('patch', 'scap', name, '--type=merge', `--patch=${patch}`)
}

async function expectReason(name: string, reason: string): Promise<void> {
  const path = `--output=jsonpath={.status.conditions[?(@.type=="Ready")].reason}`
  await patiently(async () => expect(await release.kubectl('get', 'scap', name, path)).toBe(reason))
}

function latecomer(): string {
  return JSON.stringify({
    apiVersion: 'runnel.dev/v1alpha1',
    kind: 'StreamCapacity',
    metadata: { name: 'latecomer' },
    spec: { targetRef: { name: 'elsewhere' } },
  })
}

interface Fleet {
  readonly subscribers: number | undefined
  readonly replicas: number | undefined
  readonly readyReplicas: number | undefined
  readonly pods: readonly PodStatus[]
  readonly conditions: readonly { readonly type: string; readonly reason: string }[]
}

/** Resolves when the status is as expected, and prints the fleet as people see it. */
async function expectFleet(name: string, check: (fleet: Fleet) => void): Promise<void> {
  await patiently(async () => {
    const { status = {} } = await streamCapacityOf(release)
    const { subscribers, replicas, readyReplicas, pods = [], conditions = [] } = status
    check({ subscribers, replicas, readyReplicas, pods, conditions })
  })
  console.log(`${name}:\n${await fleetTable(release)}`)
}

/** One that the Deployment selects, whose container runs and never becomes ready. */
function brokenPod(): string {
  const labels = {
    'app.kubernetes.io/name': 'runnel',
    'app.kubernetes.io/instance': release.name,
    'app.kubernetes.io/component': 'server',
  }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'broken', labels },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'server',
          image: IMAGE,
          args: ['tail', 'news', '--url=http://127.0.0.1:1'],
          readinessProbe: { tcpSocket: { port: 9 } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  })
}

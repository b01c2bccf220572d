import { expect, test } from 'vitest'
import { HORIZONTAL_POD_AUTOSCALER, SCALED_OBJECT } from '../../src/controller/objects/children.ts'
import { LEASE } from '../../src/controller/objects/lease.ts'
import { SECRET } from '../../src/controller/objects/secret.ts'
import { DEPLOYMENT } from '../../src/controller/objects/workloads.ts'
import { NAMESPACE_RIGHTS, type Right } from '../../src/controller/rights.ts'
import type { Request } from '../support/cluster/requests.ts'
import { ControllerScene } from '../support/controller/controller-scene.ts'
import { eventually } from '../support/eventually.ts'

const namespace = 'default'

test('a fleet that goes through all providers needs each right, and no other', async () => {
  await using scene = new ControllerScene()
  const { cluster } = scene
  cluster.kinds.add(SCALED_OBJECT)
  // The chart makes these, so that the controller need not create any.
  cluster.put(LEASE, { metadata: { name: 'runnel-controller', namespace } })
  cluster.put(SECRET, { metadata: { name: 'admin', namespace } })
  const pods = await scene.startFleet({ scaling: { provider: 'KEDA' } })
  await scene.startController({ adminTokenSecret: 'admin' })
  await eventually(() => expect(scene.stored(SCALED_OBJECT, 'streams')).toBeDefined())
  scene.putCapacity('streams', { scaling: { provider: 'CustomMetrics' } })
  await eventually(() => expect(scene.stored(HORIZONTAL_POD_AUTOSCALER, 'streams')).toBeDefined())
  scene.putCapacity('streams', { scaling: { provider: 'Direct' } })
  for (const pod of pods) pod.subscribers = 3_000
  await eventually(() => expect(scene.stored(DEPLOYMENT, 'web')?.spec.replicas).toBe(6))
  // One that does nothing has no children.
  scene.putCapacity('older', {}, { creationTimestamp: '2000-01-01T00:00:00Z' })
  await eventually(() => expect(scene.reason('Stalled')).toBe('TargetTaken'))
  await eventually(() => expect(scene.stored(SECRET, 'admin')?.data).toHaveProperty('token'))

  const used = new Set(cluster.requests.all.flatMap(rightsOf))
  const granted = new Set(
    NAMESPACE_RIGHTS.flatMap(({ resource, verbs }) => verbs.map((verb) => `${verb} ${resource}`)),
  )
  expect([...used].filter((right) => !granted.has(right))).toEqual([])
  expect([...granted].filter((right) => !used.has(right)).toSorted()).toEqual([
    // Pods that cannot be reached at their address are in pod-proxy.test.ts.
    'get pods/proxy',
    // Deletion costs come with time, and are in carry-out.test.ts.
    'patch pods',
    // OpenShift asks for it, no request does.
    'update streamcapacities/finalizers',
  ])
})

/** The verbs of the API server that a request takes. */
function rightsOf({ verb, kind, options }: Request): readonly string[] {
  const resource = RESOURCES[kind]
  if (verb === 'serves') return []
  if (verb === 'scale') return ['patch deployments/scale']
  if (options?.subresource !== undefined) return [`patch ${resource}/${options.subresource}`]
  // Server-side apply of what is not there yet creates it.
  if (verb === 'apply') return [`patch ${resource}`, `create ${resource}`]
  return [`${verb === 'replace' ? 'update' : verb} ${resource}`]
}

const RESOURCES: Readonly<Record<string, Right['resource']>> = {
  StreamCapacity: 'streamcapacities',
  Deployment: 'deployments',
  Pod: 'pods',
  ConfigMap: 'configmaps',
  PodDisruptionBudget: 'poddisruptionbudgets',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  ScaledObject: 'scaledobjects',
  Event: 'events',
  Lease: 'leases',
  Secret: 'secrets',
}

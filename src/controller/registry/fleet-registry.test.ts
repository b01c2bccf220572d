import { expect, test } from 'vitest'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import { FleetObjects, NAMESPACE } from '../../../test/support/controller/fleet-objects.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { CONFIG_MAP, HORIZONTAL_POD_AUTOSCALER, SCALED_OBJECT } from '../objects/children.ts'
import { STREAM_CAPACITY } from '../objects/stream-capacity.ts'
import { POD } from '../objects/workloads.ts'
import { FleetRegistry } from './fleet-registry.ts'

const STREAMS = { namespace: NAMESPACE, name: 'streams' }

test('the status of an object is no news; its spec, its labels and its end are', async () => {
  using scene = new RegistryScene()
  scene.putCapacity()
  await scene.registry.start()
  const { metadata, spec } = scene.stored(STREAM_CAPACITY, 'streams')!
  const put = (parts: object, status: object = {}) => {
    scene.cluster.put(STREAM_CAPACITY, { metadata: { ...metadata, ...parts }, spec, status })
  }

  scene.changed.length = 0
  put({}, { subscribers: 1 })
  put({}, { subscribers: 2 })
  put({ labels: { a: 'b' } }, { subscribers: 2 })
  await eventually(() => expect(scene.changed).toEqual(['default/streams']))
  put({ labels: { a: 'b' }, deletionTimestamp: '2026-01-01T00:00:00Z' }, { subscribers: 2 })
  await eventually(() => expect(scene.changed).toHaveLength(2))
  scene.putCapacity('streams', { scaling: { minReplicas: 3 } })
  await eventually(() => expect(scene.changed).toHaveLength(3))
})

test('a Deployment and an autoscaler concern the fleets of that Deployment alone', async () => {
  using scene = new RegistryScene()
  scene.putCapacity()
  scene.putCapacity('others', { targetRef: { name: 'other' } })
  await scene.registry.start()

  scene.changed.length = 0
  scene.putDeployment(1, 'unrelated')
  scene.putDeployment(1, 'other')
  scene.cluster.put(HORIZONTAL_POD_AUTOSCALER, {
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 3 },
  })
  await eventually(() => expect(scene.changed).toContain('default/streams'))
  expect(new Set(scene.changed)).toEqual(new Set(['default/others', 'default/streams']))
  expect(scene.changed.filter((key) => key === 'default/streams')).toHaveLength(1)

  // Whose it was is not known any more.
  scene.changed.length = 0
  scene.delete(HORIZONTAL_POD_AUTOSCALER, 'web')
  await eventually(() => expect(scene.changed).toHaveLength(2))
})

test('until all is listed and asked, no number is told', async () => {
  using scene = new RegistryScene()
  scene.putCapacity()
  scene.putDeployment(1)
  scene.putPod({ name: 'web-0' })
  const listed = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  scene.answered = answered.promise
  const error = clusterError('unavailable', 'away')
  scene.cluster.requests.fail({ verb: 'list', kind: 'Deployment', error, after: listed.promise })
  const start = scene.registry.start()

  expect(scene.registry.count(STREAMS)).toMatchObject({ isKnown: false })
  listed.resolve()
  await eventually(() => expect(scene.asked).toBeGreaterThan(0))
  expect(scene.registry.hasSynced).toBe(false)
  expect(scene.registry.count(STREAMS)).toMatchObject({ isKnown: false })
  answered.resolve()
  expect(await start).toBe(true)
  expect(scene.registry.count(STREAMS)).toEqual({ isKnown: true, subscribers: 5 })
})

test('a fleet that comes later makes the others no less known, and counts once its pods are', async () => {
  using scene = new RegistryScene()
  scene.putCapacity()
  scene.putDeployment(1)
  scene.putPod({ name: 'web-0' })
  await scene.registry.start()
  const listed = Promise.withResolvers<void>()
  const error = clusterError('unavailable', 'away')
  scene.cluster.requests.fail({ verb: 'list', kind: 'Pod', error, after: listed.promise })
  const later = { namespace: NAMESPACE, name: 'later' }

  scene.putCapacity('later', { targetRef: { name: 'other' } })
  scene.putDeployment(1, 'other')
  scene.putPod({ name: 'other-0' }, 'other')
  await eventually(() => expect(scene.registry.knowsPodsOf(later)).toBe(false))
  expect(scene.registry.count(later)).toMatchObject({ isKnown: false })
  expect(scene.registry.count(STREAMS)).toEqual({ isKnown: true, subscribers: 5 })

  listed.resolve()
  await eventually(() =>
    expect(scene.registry.count(later)).toEqual({ isKnown: true, subscribers: 5 }),
  )
})

test('the pods of a fleet are followed no more when its Deployment is gone', async () => {
  using scene = new RegistryScene()
  scene.putCapacity()
  scene.putDeployment(1)
  scene.putPod({ name: 'web-0' })
  await scene.registry.start()
  expect(scene.registry.copyOf(POD, STREAMS)?.hasSynced).toBe(true)

  scene.putCapacity('streams', { targetRef: { name: 'nowhere' } })
  await eventually(() => expect(scene.registry.copyOf(POD, STREAMS)).toBeUndefined())
  expect(scene.registry.podsOf(STREAMS)).toEqual([])
})

test('objects of KEDA are copied where it is, and only the own ones', async () => {
  using scene = new RegistryScene()
  scene.cluster.kinds.add(SCALED_OBJECT)
  const spec = { scaleTargetRef: { name: 'web' } }
  const labels = { 'app.kubernetes.io/managed-by': 'runnel-controller' }
  scene.cluster.put(SCALED_OBJECT, { metadata: { name: 'theirs', namespace: NAMESPACE }, spec })
  scene.cluster.put(SCALED_OBJECT, {
    metadata: { name: 'ours', namespace: NAMESPACE, labels },
    spec,
  })
  await scene.registry.start()

  const names = scene.registry.copies.scaledObjects?.list().map(({ metadata: { name } }) => name)
  expect(names).toEqual(['ours'])
  expect(scene.registry.copies.of(CONFIG_MAP)?.hasSynced).toBe(true)
})

test('a registry that is closed before all is known says so', async () => {
  using scene = new RegistryScene()
  const never = new Promise(() => {})
  const error = clusterError('unavailable', 'away')
  scene.cluster.requests.fail({ verb: 'list', kind: 'Deployment', error, after: never })
  const start = scene.registry.start()
  scene.registry.close()

  expect(await start).toBe(false)
})

class RegistryScene extends FleetObjects implements Disposable {
  readonly changed: string[] = []
  readonly registry: FleetRegistry
  asked = 0
  answered: Promise<void> = Promise.resolve()

  constructor() {
    super()
    this.registry = new FleetRegistry({
      cluster: this.cluster,
      namespace: NAMESPACE,
      labels: {},
      read: async () => {
        this.asked++
        await this.answered
        return { isSnapshot: true, snapshot: { subscribers: 5, limit: 10, isDraining: false } }
      },
      snapshotInterval: 50,
      observer: { listed() {}, listOrWatchFailed() {}, handlerFailed() {} },
      onKedaError: () => {},
      onChange: (fleets) => {
        this.changed.push(...fleets)
      },
    })
  }

  [Symbol.dispose](): void {
    this.registry.close()
  }
}

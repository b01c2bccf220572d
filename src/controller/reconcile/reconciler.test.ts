import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReconcilerScene } from '../../../test/support/controller/reconciler-scene.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import {
  CONFIG_MAP,
  HORIZONTAL_POD_AUTOSCALER,
  POD_DISRUPTION_BUDGET,
  SCALED_OBJECT,
} from '../objects/children.ts'
import { STREAM_CAPACITY } from '../objects/stream-capacity.ts'
import { DEPLOYMENT } from '../objects/workloads.ts'

const MANAGED = { scaling: { provider: 'CustomMetrics' } }
const DIRECT = { scaling: { provider: 'Direct', minReplicas: 3 } }

test('all that a fleet needs is written once, owned by its object, and a second look writes nothing', async () => {
  using scene = await sceneOf(MANAGED, 100, 100)

  expect(await scene.reconcile()).toEqual([
    'apply ConfigMap streams-capacity',
    'apply PodDisruptionBudget streams',
    'apply HorizontalPodAutoscaler streams',
    'apply StreamCapacity streams status',
  ])
  const owner = scene.stored(STREAM_CAPACITY, 'streams')
  const ownerReference = {
    apiVersion: 'runnel.dev/v1alpha1',
    kind: 'StreamCapacity',
    name: 'streams',
    uid: owner?.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  }
  for (const [kind, name] of CHILDREN) {
    expect(scene.stored(kind, name)?.metadata.ownerReferences).toEqual([ownerReference])
  }
  await scene.copiesSettle()
  const { events, refusals } = scene
  events.length = 0
  expect(await scene.reconcile()).toEqual([])
  expect({ events, refusals }).toEqual({ events: [], refusals: [] })
})

test('whatever spec and pods: what was carried out is not carried out again', async () => {
  const scalings = fc.record({
    provider: fc.constantFrom('Auto', 'CustomMetrics', 'KEDA', 'Direct', 'External', 'None'),
    minReplicas: fc.integer({ min: 2, max: 6 }),
    maxReplicas: fc.integer({ min: 6, max: 12 }),
  })
  const targets = fc.constantFrom(1, 10, 750, 1_000, 12_000)
  const pod = fc.record({
    streams: fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined }),
    isReady: fc.boolean(),
    isTerminating: fc.boolean(),
  })
  const state = fc.record({
    scaling: scalings,
    target: targets,
    pods: fc.array(pod, { maxLength: 6 }),
    metricsApi: fc.constantFrom('ours', 'foreign', 'absent'),
    hasKeda: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(state, async ({ metricsApi, hasKeda, pods, ...spec }) => {
      using scene = new ReconcilerScene()
      if (hasKeda) scene.cluster.kinds.add(SCALED_OBJECT)
      scene.providers = { metricsApi, hasKeda, metricUrl: 'http://controller/scaling' }
      const { scaling, target } = spec
      scene.putFleet({ scaling, subscribersPerPod: { target, limit: 2 * target } })
      for (const [index, { streams, ...parts }] of pods.entries()) {
        scene.putPod({ name: `web-${index}`, ...parts })
        if (streams !== undefined) scene.streams.set(`web-${index}`, streams)
      }
      scene.putDeployment(pods.length)
      await scene.start()
      // A first pass may set the number of pods, which the next one reports.
      for (let pass = 0; pass < 3; pass++) {
        await scene.reconcile()
        await scene.copiesSettle()
      }
      scene.events.length = scene.sheds.length = 0
      expect([await scene.reconcile(), await scene.reconcile()]).toEqual([[], []])
      expect(scene).toMatchObject({ events: [], sheds: [] })
    }),
    { numRuns: 40 },
  )
})

test('as long as the copies do not show the last writes, nothing is written again', async () => {
  using scene = await sceneOf(DIRECT, 3_000, 0)
  const release = scene.cluster.watches.hold()

  expect(await scene.reconcile()).toEqual([
    'apply ConfigMap streams-capacity',
    'apply PodDisruptionBudget streams',
    'scale Deployment web',
    'apply StreamCapacity streams status',
  ])
  for (let pass = 0; pass < 5; pass++) expect(await scene.reconcile()).toEqual([])

  release()
  await scene.copiesSettle()
  expect(scene.stored(DEPLOYMENT, 'web')?.spec.replicas).toBeGreaterThan(2)
  expect(await scene.reconcile()).toEqual(['apply StreamCapacity streams status'])
})

test('late copies of one fleet do not hold up another', async () => {
  using scene = new ReconcilerScene()
  scene.putFleet(MANAGED, 100, 100)
  scene.putDeployment(0, 'other')
  scene.putCapacity('second', { targetRef: { name: 'other' } })
  await scene.start()
  const release = scene.cluster.watches.hold()
  await scene.reconcile()
  expect(await scene.reconcile()).toEqual([])

  expect(await scene.reconcile('second')).toContain('apply ConfigMap second-capacity')
  release()
})

test('a deleted child is not deleted again while its copy or its finalizers linger', async () => {
  using scene = await sceneOf(MANAGED, 100, 100)
  await scene.reconcile()
  await scene.copiesSettle()
  scene.putCapacity('streams', { scaling: { provider: 'None' } })
  await eventually(() =>
    expect(
      scene.registry.find({ namespace: 'default', name: 'streams' })?.metadata.generation,
    ).toBe(2),
  )
  const release = scene.cluster.watches.hold()

  expect(await scene.reconcile()).toContain('delete HorizontalPodAutoscaler streams')
  expect(await scene.reconcile()).toEqual([])
  release()
})

test('drift in what the controller owns is undone, and what others added stays', async () => {
  using scene = await sceneOf(MANAGED, 100, 100)
  await scene.reconcile()
  const budget = scene.stored(POD_DISRUPTION_BUDGET, 'streams')!
  scene.cluster.put(POD_DISRUPTION_BUDGET, {
    ...budget,
    metadata: { ...budget.metadata, annotations: { ...budget.metadata.annotations, team: 'a' } },
    spec: { ...budget.spec, maxUnavailable: 2 },
  })
  await scene.copiesSettle()

  await eventually(async () =>
    expect(await scene.reconcile()).toEqual(['apply PodDisruptionBudget streams']),
  )
  const mended = scene.stored(POD_DISRUPTION_BUDGET, 'streams')
  expect(mended?.spec).toEqual(budget.spec)
  expect(mended?.metadata.annotations).toMatchObject({ team: 'a' })
  await scene.copiesSettle()
  expect(await scene.reconcile()).toEqual([])
})

test('an annotation or a field of somebody else is no drift', async () => {
  using scene = await sceneOf(MANAGED, 100, 100)
  await scene.reconcile()
  const map = scene.stored(CONFIG_MAP, 'streams-capacity')!
  scene.cluster.put(CONFIG_MAP, { ...map, data: { ...map.data, 'notes.txt': 'of a colleague' } })
  await scene.copiesSettle()

  expect(await scene.reconcile()).toEqual([])
})

test('a label that is taken off a child is put back, though its copy has lost the child', async () => {
  using scene = await sceneOf(MANAGED, 100, 100)
  await scene.reconcile()
  const map = scene.stored(CONFIG_MAP, 'streams-capacity')!
  scene.cluster.put(CONFIG_MAP, { ...map, metadata: { ...map.metadata, labels: {} } })
  await scene.copiesSettle()

  await eventually(async () =>
    expect(await scene.reconcile()).toEqual(['apply ConfigMap streams-capacity']),
  )
})

test('what a plan meets is told in its own status, and so is that it is gone', async () => {
  using scene = await sceneOf(MANAGED, 100, 100)
  const metadata = { name: 'streams', namespace: 'default' }
  scene.cluster.put(POD_DISRUPTION_BUDGET, { metadata })

  await scene.reconcile()
  expect(scene.reason('Stalled')).toBe('Conflict')
  scene.delete(POD_DISRUPTION_BUDGET, 'streams')
  await scene.copiesSettle()
  await scene.reconcile()
  expect(scene.reason('Stalled')).toBeUndefined()
  expect(scene.stored(POD_DISRUPTION_BUDGET, 'streams')?.spec).toBeDefined()
})

test('a number of pods that could not be set is asked for again', async () => {
  using scene = await sceneOf(DIRECT, 3_000, 3_000)
  scene.cluster.requests.fail({
    verb: 'scale',
    error: clusterError('unavailable', 'away'),
    times: 3,
  })

  for (let pass = 0; pass < 3; pass++) {
    await expect(scene.reconcile()).rejects.toThrow('away')
    await scene.copiesSettle()
  }
  expect(await scene.reconcile()).toContain('scale Deployment web')
  expect(scene.stored(DEPLOYMENT, 'web')?.spec.replicas).toBe(6)
})

test('an API server that fails for long is told in the status, in the same words until it works', async () => {
  using scene = await sceneOf(DIRECT, 3_000, 3_000)
  const reconcileInVain = async (message: string) => {
    const error = clusterError('unavailable', message)
    scene.cluster.requests.fail({ verb: 'scale', error, times: 1 })
    await expect(scene.reconcile()).rejects.toThrow(message)
    await scene.copiesSettle()
  }
  await reconcileInVain('port 1.')
  await scene.clock.advance(29_000)
  await reconcileInVain('port 2.')
  expect(scene.reason('Stalled')).toBeUndefined()

  await scene.clock.advance(1_000)
  await reconcileInVain('port 3.')
  expect(scene.reason('Stalled')).toBe('ApiUnavailable')
  await reconcileInVain('port 4.')
  expect(scene.refusals).toEqual([expect.stringMatching(/^port 1\. .*webhook/)])

  await scene.reconcile()
  expect(scene.reason('Stalled')).toBeUndefined()
})

test('a namesake that took the place of an object gets none of its status', async () => {
  using scene = await sceneOf(MANAGED, 100, 100)
  const release = scene.cluster.watches.hold()
  scene.delete(STREAM_CAPACITY, 'streams')
  scene.putCapacity('streams', { targetRef: { name: 'elsewhere' } })

  await expect(scene.reconcile()).rejects.toThrow('uid')
  expect(scene.status()).toEqual({})
  release()
})

test('nothing is planned before it is known who serves custom metrics', async () => {
  using scene = await sceneOf({}, 100, 100)
  scene.providers = undefined

  expect(await scene.reconcile()).toEqual([])
  scene.providers = { metricsApi: 'ours', hasKeda: false, metricUrl: '' }
  expect(await scene.reconcile()).toContain('apply HorizontalPodAutoscaler streams')
})

test('a leader that was stopped amid its work changes nothing more', async () => {
  using scene = await sceneOf(MANAGED, 100, 100)
  await scene.reconcile()
  scene.isLeader = false
  scene.delete(CONFIG_MAP, 'streams-capacity')
  await scene.copiesSettle()

  await expect(scene.reconcile()).rejects.toThrow('does not lead')
  expect(scene.stored(CONFIG_MAP, 'streams-capacity')).toBeUndefined()
})

const CHILDREN = [
  [CONFIG_MAP, 'streams-capacity'],
  [POD_DISRUPTION_BUDGET, 'streams'],
  [HORIZONTAL_POD_AUTOSCALER, 'streams'],
] as const

async function sceneOf(
  spec: Readonly<Record<string, unknown>>,
  ...streams: readonly number[]
): Promise<ReconcilerScene> {
  const scene = new ReconcilerScene()
  scene.putFleet(spec, ...streams)
  await scene.start()
  return scene
}

import { expect, test } from 'vitest'
import { STREAM_CAPACITY } from '../../src/controller/objects/stream-capacity.ts'
import { DEPLOYMENT } from '../../src/controller/objects/workloads.ts'
import { ControllerScene } from '../support/controller/controller-scene.ts'
import { eventually } from '../support/eventually.ts'

const NONE = { scaling: { provider: 'None' } }

test('tools that know kstatus see a fleet as current only while it is', async () => {
  await using scene = new ControllerScene()
  const seen = () => kstatusOf(scene)
  scene.putCapacity('streams', NONE)
  expect(seen()).toBe('InProgress')
  await scene.startController()
  await eventually(() => expect(seen()).toBe('Failed'))

  scene.putDeployment(1)
  const pod = await scene.startPod('web-0', 1)
  await eventually(() => expect(seen()).toBe('Current'))

  // A rollout.
  const deployment = scene.putDeployment(1)
  scene.cluster.put(DEPLOYMENT, {
    ...deployment,
    status: { ...deployment.status, replicas: 2, updatedReplicas: 1 },
  })
  await eventually(() => expect(seen()).toBe('InProgress'))
  scene.putDeployment(1)
  await eventually(() => expect(seen()).toBe('Current'))

  scene.putPod({ name: 'web-0', port: pod.port, isReady: false })
  await eventually(() => expect(seen()).toBe('InProgress'))
})

test('each condition names the generation that it is about, and the time since when it holds', async () => {
  await using scene = new ControllerScene()
  await scene.startFleet(NONE)
  await scene.startController()
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  const past = '2020-01-01T00:00:00Z'
  const conditions = scene
    .status()
    .conditions?.map((condition) => ({ ...condition, lastTransitionTime: past }))
  scene.cluster.put(STREAM_CAPACITY, {
    metadata: { name: 'streams', namespace: 'default' },
    spec: { targetRef: { name: 'web' }, scaling: { provider: 'External' } },
    status: { ...scene.status(), conditions },
  })

  await eventually(() => expect(scene.status().observedGeneration).toBe(2))
  const after = scene.status().conditions ?? []
  expect(after.map(({ observedGeneration }) => observedGeneration)).toEqual(after.map(() => 2))
  // Its reason is another one, and its status the same.
  const sinceOf = (type: string) => scene.condition(type)?.lastTransitionTime
  expect(scene.reason('ScalingActive')).not.toBe('None')
  expect([sinceOf('ScalingActive'), sinceOf('Balanced')]).toEqual([past, past])
})

/** As the library kstatus reads any object, which Helm, Argo CD and Flux use. */
function kstatusOf(scene: ControllerScene): 'Current' | 'InProgress' | 'Failed' {
  const { generation } = scene.stored(STREAM_CAPACITY, 'streams')!.metadata
  const { observedGeneration, conditions = [] } = scene.status()
  const is = (type: string, status: string) =>
    conditions.some((one) => one.type === type && one.status === status)
  if (observedGeneration !== generation) return 'InProgress'
  if (is('Stalled', 'True')) return 'Failed'
  return is('Reconciling', 'True') || !is('Ready', 'True') ? 'InProgress' : 'Current'
}

import { expect, test } from 'vitest'
import {
  CONFIG_MAP,
  HORIZONTAL_POD_AUTOSCALER,
  POD_DISRUPTION_BUDGET,
  SCALED_OBJECT,
} from '../../src/controller/objects/children.ts'
import { STREAM_CAPACITY } from '../../src/controller/objects/stream-capacity.ts'
import { DEPLOYMENT, POD } from '../../src/controller/objects/workloads.ts'
import { NAMESPACE } from '../support/controller/fleet-objects.ts'
import { ControllerScene } from '../support/controller/controller-scene.ts'
import { eventually } from '../support/eventually.ts'

const NONE = { scaling: { provider: 'None' } }
const KEDA = { scaling: { provider: 'KEDA' } }

test('an object of somebody else is left alone and told of once, and its place is taken when it is gone', async () => {
  await using scene = new ControllerScene()
  const foreign = scene.cluster.put(CONFIG_MAP, {
    metadata: { name: 'streams-capacity', namespace: 'default' },
    data: { 'capacity.json': 'theirs' },
  })
  const pods = await scene.startFleet(NONE)
  await scene.startController()

  await eventually(() => expect(scene.reason('Stalled')).toBe('Conflict'))
  expect(scene.condition('Stalled')?.message).toMatch(
    /ConfigMap streams-capacity .*Delete or rename/,
  )
  expect(scene.reason('Ready')).toBe('Conflict')
  expect(scene.stored(POD_DISRUPTION_BUDGET, 'streams')).toBeDefined()
  // Further looks find the same, and say nothing new.
  const written = statusWrites(scene)
  for (const count of [200, 300, 400]) {
    const looks = gets(scene, 'ConfigMap')
    for (const pod of pods) pod.subscribers = count
    await eventually(() => expect(gets(scene, 'ConfigMap')).toBeGreaterThan(looks))
    expect(scene.reason('Stalled')).toBe('Conflict')
  }
  expect(statusWrites(scene)).toBe(written)
  expect(eventsOf(scene, 'Conflict')).toHaveLength(1)
  expect(scene.stored(CONFIG_MAP, 'streams-capacity')).toEqual(foreign)

  scene.delete(CONFIG_MAP, 'streams-capacity')
  for (const pod of pods) pod.subscribers = 500
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  expect(scene.condition('Stalled')).toBeUndefined()
  expect(scene.stored(CONFIG_MAP, 'streams-capacity')?.metadata.ownerReferences).toHaveLength(1)
})

test('an autoscaler of the provider before leaves before the next one comes', async () => {
  await using scene = new ControllerScene()
  scene.cluster.kinds.add(SCALED_OBJECT)
  await scene.startFleet(KEDA)
  await scene.startController()
  await eventually(() => expect(scene.stored(SCALED_OBJECT, 'streams')).toBeDefined())
  const { uid } = scene.stored(SCALED_OBJECT, 'streams')!.metadata
  putAutoscaler(scene, 'keda-hpa-streams', { kind: 'ScaledObject', name: 'streams', uid: uid! })

  scene.putCapacity('streams', { scaling: { provider: 'CustomMetrics' } })
  // The garbage collector takes the autoscaler of KEDA along.
  await eventually(() => expect(scene.stored(HORIZONTAL_POD_AUTOSCALER, 'streams')).toBeDefined())

  const order = scene.cluster.requests.writes.map(({ verb, kind }) => `${verb} ${kind}`)
  expect(scene.stored(SCALED_OBJECT, 'streams')).toBeUndefined()
  expect(order.indexOf('delete ScaledObject')).toBeLessThan(
    order.indexOf('apply HorizontalPodAutoscaler'),
  )
})

test('a leftover autoscaler holds up the next one for as long as it is there', async () => {
  await using scene = new ControllerScene()
  scene.cluster.kinds.add(SCALED_OBJECT)
  await scene.startFleet(KEDA)
  await scene.startController()
  await eventually(() => expect(scene.stored(SCALED_OBJECT, 'streams')).toBeDefined())
  const { uid } = scene.stored(SCALED_OBJECT, 'streams')!.metadata
  const keeper = scene.cluster.put(CONFIG_MAP, {
    metadata: { name: 'keeper', namespace: 'default' },
  })
  putAutoscaler(
    scene,
    'keda-hpa-streams',
    { kind: 'ScaledObject', name: 'streams', uid: uid! },
    // As long as one owner is there, nobody collects it.
    { kind: 'ConfigMap', name: 'keeper', uid: keeper.metadata.uid! },
  )
  scene.putCapacity('streams', { scaling: { provider: 'CustomMetrics' } })

  await eventually(() => expect(scene.stored(SCALED_OBJECT, 'streams')).toBeUndefined())
  await eventually(() => expect(scene.status().observedGeneration).toBe(2))
  expect(scene.stored(HORIZONTAL_POD_AUTOSCALER, 'streams')).toBeUndefined()

  scene.delete(HORIZONTAL_POD_AUTOSCALER, 'keda-hpa-streams')
  await eventually(() => expect(scene.stored(HORIZONTAL_POD_AUTOSCALER, 'streams')).toBeDefined())
})

test('of two objects with one target the older one has it, until it is gone', async () => {
  await using scene = new ControllerScene()
  await scene.startFleet(NONE)
  scene.putCapacity('younger', NONE, { creationTimestamp: '2999-01-01T00:00:00Z' })
  await scene.startController()

  await eventually(() => expect(scene.reason('Stalled', 'younger')).toBe('TargetTaken'))
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  expect(scene.condition('Stalled', 'younger')?.message).toMatch(/streams.*Delete one of the two/)
  expect(scene.stored(CONFIG_MAP, 'younger-capacity')).toBeUndefined()

  scene.delete(STREAM_CAPACITY, 'streams')
  await eventually(() => expect(scene.reason('Ready', 'younger')).toBe('AsSpecified'))
  expect(scene.stored(CONFIG_MAP, 'younger-capacity')).toBeDefined()
  expect(scene.stored(CONFIG_MAP, 'streams-capacity')).toBeUndefined()
})

test.each([
  ['release', 'app.kubernetes.io/instance', 'instance'],
  ['application', 'app.kubernetes.io/name', 'appName'],
] as const)(
  'an object of another %s is left alone, children and all',
  async (_, label, setting) => {
    await using scene = new ControllerScene()
    await scene.startFleet(NONE)
    const labels = { [label]: 'theirs' }
    scene.putCapacity('foreign', { ...NONE, targetRef: { name: 'other' } }, { labels })
    scene.putCapacity('unlabelled', { ...NONE, targetRef: { name: 'third' } })
    await scene.startController({ [setting]: 'ours' })

    await eventually(() => expect(scene.reason('Stalled', 'unlabelled')).toBe('TargetNotFound'))
    await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
    expect(scene.status('foreign')).toEqual({})
    expect(namesWritten(scene).filter((name) => name.startsWith('foreign'))).toEqual([])

    // What was ours and is handed over stays as it is.
    scene.putCapacity('streams', NONE, { labels })
    scene.putCapacity('unlabelled', { ...NONE, targetRef: { name: 'fourth' } })
    await eventually(() =>
      expect(scene.condition('Stalled', 'unlabelled')?.message).toMatch(/fourth/),
    )
    expect(scene.stored(CONFIG_MAP, 'streams-capacity')).toBeDefined()
  },
)

test('an object without a release belongs to that of its Deployment', async () => {
  await using scene = new ControllerScene()
  await scene.startFleet(NONE)
  const { metadata } = scene.stored(DEPLOYMENT, 'web') ?? { metadata: { name: 'web' } }
  const release = (instance: string) =>
    scene.cluster.apply(
      DEPLOYMENT,
      {
        metadata: {
          name: metadata.name,
          namespace: NAMESPACE,
          labels: { 'app.kubernetes.io/instance': instance },
        },
      },
      { fieldManager: 'helm' },
    )
  await release('theirs')
  scene.putCapacity('other', { ...NONE, targetRef: { name: 'nowhere' } })
  await scene.startController({ instance: 'ours' })

  await eventually(() => expect(scene.reason('Stalled', 'other')).toBe('TargetNotFound'))
  expect(scene.status()).toEqual({})
  await release('ours')
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
})

test('a missing target is told of, and its fleet begins when it comes, and again when it came back', async () => {
  await using scene = new ControllerScene()
  scene.putCapacity('streams', NONE)
  const { url } = await scene.startController()

  await eventually(() => expect(scene.reason('Stalled')).toBe('TargetNotFound'))
  expect(scene.condition('Stalled')?.message).toMatch(/no Deployment web .*Create it/)

  scene.putDeployment(1)
  await scene.startPod('web-0', 70)
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  expect(scene.status()).toMatchObject({ subscribers: 70, replicas: 1 })
  expect(await (await fetch(`${url}/scaling/default/streams`)).json()).toEqual({ subscribers: 70 })

  scene.delete(DEPLOYMENT, 'web')
  await eventually(() => expect(scene.reason('Ready')).toBe('TargetNotFound'))
  expect(scene.stored(POD_DISRUPTION_BUDGET, 'streams')).toBeUndefined()
  scene.putDeployment(1)
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
})

test('pods that a Deployment selects anew are counted only once they are known', async () => {
  await using scene = new ControllerScene()
  await scene.startFleet({ scaling: { provider: 'Direct', minReplicas: 2 } }, [700, 700, 700])
  await scene.startPod('new-0', 500, 'new')
  const { url } = await scene.startController()
  await eventually(() => expect(scene.status().subscribers).toBe(2_100))
  const listed = Promise.withResolvers<void>()
  const error = new Error('never') as never
  scene.cluster.requests.fail({ verb: 'list', kind: 'Pod', error, after: listed.promise })
  const before = scene.status()

  scene.putDeployment(3, 'web', 'new')
  await eventually(async () =>
    expect((await fetch(`${url}/scaling/default/streams`)).status).toBe(503),
  )
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect(scene.status()).toEqual(before)

  listed.resolve()
  await eventually(() => expect(scene.status().pods?.map(({ name }) => name)).toEqual(['new-0']))
  expect(scene.cluster.requests.writes.filter(({ verb }) => verb === 'scale')).toEqual([])
  expect(scene.stored(POD, 'web-0')).toBeDefined()
})

interface Owner {
  readonly kind: string
  readonly name: string
  readonly uid: string
}

function putAutoscaler(
  scene: ControllerScene,
  name: string,
  ...[controller, ...owners]: readonly Owner[]
): void {
  scene.cluster.put(HORIZONTAL_POD_AUTOSCALER, {
    metadata: {
      name,
      namespace: 'default',
      ownerReferences: [{ controller: true, ...controller! }, ...owners].map((owner) => ({
        apiVersion: 'v1',
        ...owner,
      })),
    },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 20 },
  })
}

function statusWrites({ cluster }: ControllerScene): number {
  return cluster.requests.writes.filter(({ options }) => options?.subresource === 'status').length
}

function gets({ cluster }: ControllerScene, kind: string): number {
  return cluster.requests.all.filter((one) => one.verb === 'get' && one.kind === kind).length
}

function namesWritten({ cluster }: ControllerScene): readonly string[] {
  return cluster.requests.writes.map(({ name = '' }) => name)
}

function eventsOf({ cluster }: ControllerScene, reason: string): readonly unknown[] {
  return cluster.requests.writes.filter(
    ({ kind, manifest }) => kind === 'Event' && manifest?.['reason'] === reason,
  )
}

import { expect, test } from 'vitest'
import { CONFIG_MAP, POD_DISRUPTION_BUDGET } from '../../src/controller/objects/children.ts'
import { DEPLOYMENT } from '../../src/controller/objects/workloads.ts'
import { clusterError } from '../support/cluster/errors.ts'
import { ControllerScene } from '../support/controller/controller-scene.ts'
import { eventually } from '../support/eventually.ts'

const NONE = { scaling: { provider: 'None' } }

const FORBIDDEN = clusterError(
  'forbidden',
  'Cannot patch poddisruptionbudgets: RBAC has to allow patch on poddisruptionbudgets.',
)

test('a write that RBAC forbids is told of with what to do, and tried again until it is allowed', async () => {
  await using scene = new ControllerScene()
  const { requests } = scene.cluster
  requests.fail({ verb: 'apply', kind: 'PodDisruptionBudget', error: FORBIDDEN, times: 1 })
  const [pod] = await scene.startFleet(NONE)
  const { lines } = await scene.startController()

  await eventually(() => expect(scene.reason('Stalled')).toBe('Forbidden'))
  expect(scene.condition('Stalled')?.message).toContain('RBAC has to allow patch')
  expect(scene.reason('Ready')).toBe('Forbidden')
  expect(scene.stored(CONFIG_MAP, 'streams-capacity')).toBeDefined()
  expect(lines.filter(({ problem }) => problem === FORBIDDEN.message)).toHaveLength(1)
  // Looks that follow at once do not send it again.
  for (const limit of [1_000, 900, 800]) {
    pod!.limit = limit
    await eventually(() => expect(scene.status().capacity).toBe(1_500 + limit))
  }
  expect(countOf(scene, 'apply', 'PodDisruptionBudget')).toBe(1)
  expect(eventsOf(scene, 'Forbidden')).toHaveLength(1)

  await eventually(() => {
    // Each change is followed by a look.
    pod!.limit++
    expect(scene.reason('Ready')).toBe('AsSpecified')
  })
  expect(scene.condition('Stalled')).toBeUndefined()
  expect(scene.stored(POD_DISRUPTION_BUDGET, 'streams')).toBeDefined()
})

test('a refused child does not keep the fleet from growing', async () => {
  await using scene = new ControllerScene()
  const error = clusterError('invalid', 'admission webhook "policy" denied the request.')
  scene.cluster.requests.fail({ verb: 'apply', kind: 'ConfigMap', error, times: 100 })
  await scene.startFleet({ scaling: { provider: 'Direct' } }, [2_000, 2_000])
  await scene.startController()

  await eventually(() => expect(scene.stored(DEPLOYMENT, 'web')?.spec.replicas).toBe(6))
  await eventually(() => expect(scene.reason('Stalled')).toBe('RefusedByApi'))
  expect(scene.condition('Stalled')?.message).toMatch(
    /webhook "policy" denied.*Look at the admission/,
  )
})

test('a status that cannot be written is told of in an event', async () => {
  await using scene = new ControllerScene()
  const error = clusterError('forbidden', 'RBAC has to allow patch on streamcapacities/status.')
  scene.cluster.requests.fail({ verb: 'apply', kind: 'StreamCapacity', error })
  await scene.startFleet(NONE)
  await scene.startController()

  await eventually(() => expect(eventsOf(scene, 'Forbidden')).toHaveLength(1))
  expect(scene.status()).toEqual({})
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
})

test('a stored spec that breaks rules is told of in one write, and the fleet is left as it is', async () => {
  await using scene = new ControllerScene()
  const pods = await scene.startFleet(NONE)
  const { lines } = await scene.startController()
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  const before = scene.stored(CONFIG_MAP, 'streams-capacity')
  const writes = countOf(scene, 'apply', 'StreamCapacity')

  scene.putCapacity('streams', { scaling: { minReplicas: 9, maxReplicas: 3 } })
  await eventually(() => expect(scene.reason('Stalled')).toBe('InvalidSpec'))
  expect(scene.condition('Ready')).toMatchObject({ status: 'False', reason: 'InvalidSpec' })
  expect(scene.condition('Ready')?.message).toMatch(/spec\.scaling\.minReplicas: .*kubectl edit/)
  expect(scene.status().observedGeneration).toBe(2)

  for (const subscribers of [200, 300, 400]) {
    const asked = pods[0]!.snapshots
    for (const pod of pods) pod.subscribers = subscribers
    await eventually(() => expect(pods[0]!.snapshots).toBeGreaterThan(asked + 2))
  }
  expect(countOf(scene, 'apply', 'StreamCapacity')).toBe(writes + 1)
  expect(eventsOf(scene, 'InvalidSpec')).toHaveLength(1)
  expect(lines.filter(({ msg }) => msg === 'reconcile failed')).toEqual([])
  expect(scene.stored(CONFIG_MAP, 'streams-capacity')).toEqual(before)

  scene.putCapacity('streams', NONE)
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  expect(scene.condition('Stalled')).toBeUndefined()
})

function countOf({ cluster }: ControllerScene, verb: string, kind: string): number {
  return cluster.requests.writes.filter((one) => one.verb === verb && one.kind === kind).length
}

function eventsOf({ cluster }: ControllerScene, reason: string): readonly unknown[] {
  return cluster.requests.writes.filter(
    ({ kind, manifest }) => kind === 'Event' && manifest?.['reason'] === reason,
  )
}

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  CONFIG_MAP,
  HORIZONTAL_POD_AUTOSCALER,
  POD_DISRUPTION_BUDGET,
  SCALED_OBJECT,
} from '../../src/controller/objects/children.ts'
import { DEPLOYMENT, POD } from '../../src/controller/objects/workloads.ts'
import { clusterError } from '../support/cluster/errors.ts'
import { ControllerScene } from '../support/controller/controller-scene.ts'
import type { PodServer } from '../support/controller/pod-server.ts'
import { eventually } from '../support/eventually.ts'
import { scrambleWatches } from '../support/cluster/scrambled-watches.ts'

test('however changes are told, the end is that of a run that saw the last state alone', async () => {
  const expected = await endOfCleanRun()

  const step = fc.constantFrom(...STEPS.keys())
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 15 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      async (steps, numbers) => {
        await using scene = new ControllerScene()
        scene.cluster.kinds.add(SCALED_OBJECT)
        const pods = await prepare(scene)
        const random = () => numbers.next().value ?? 0
        await scene.startController({}, scrambleWatches(scene.cluster, random))
        for (const index of steps) {
          STEPS[index]!(scene)
          await turns(Math.floor(random() * 40))
        }
        finish(scene, pods)
        await eventually(() => expect(endOf(scene)).toEqual(expected))
      },
    ),
    { numRuns: 12 },
  )
})

const STEPS: readonly ((scene: ControllerScene) => void)[] = [
  (scene) => void scene.putCapacity('streams', { scaling: { provider: 'None' } }),
  (scene) => void scene.putCapacity('streams', { scaling: { provider: 'External' } }),
  (scene) => void scene.putCapacity('streams', KEDA),
  (scene) => void scene.putCapacity('streams', { ...KEDA, drain: { window: '5s' } }),
  (scene) => void scene.putCapacity('streams', { scaling: { minReplicas: 9, maxReplicas: 3 } }),
  (scene) => scene.delete(CONFIG_MAP, 'streams-capacity'),
  (scene) => scene.delete(POD_DISRUPTION_BUDGET, 'streams'),
  (scene) => scene.delete(SCALED_OBJECT, 'streams'),
  (scene) => scene.delete(POD, 'web-1'),
  (scene) => scene.delete(DEPLOYMENT, 'web'),
  (scene) => void scene.putDeployment(2, 'web', 'other'),
  (scene) => void scene.putDeployment(2),
  (scene) => {
    const found = scene.stored(POD_DISRUPTION_BUDGET, 'streams')
    if (found === undefined) return
    scene.cluster.put(POD_DISRUPTION_BUDGET, {
      ...found,
      spec: { ...found.spec, maxUnavailable: 2 },
    })
  },
  (scene) => {
    scene.cluster.put(HORIZONTAL_POD_AUTOSCALER, {
      metadata: { name: 'foreign', namespace: 'default' },
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 3 },
    })
  },
  (scene) => scene.cluster.compact(),
  (scene) => scene.cluster.watches.end(),
  (scene) => {
    scene.cluster.requests.fail({ verb: 'apply', error: clusterError('unavailable', 'away') })
  },
]

const KEDA = { scaling: { provider: 'KEDA' } }

async function endOfCleanRun(): Promise<unknown> {
  await using scene = new ControllerScene()
  scene.cluster.kinds.add(SCALED_OBJECT)
  finish(scene, await prepare(scene))
  await scene.startController()
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  return endOf(scene)
}

async function prepare(scene: ControllerScene): Promise<readonly PodServer[]> {
  return scene.startFleet({ scaling: { provider: 'None' } })
}

/** The last state, whatever came before. */
function finish(scene: ControllerScene, pods: readonly PodServer[]): void {
  scene.delete(HORIZONTAL_POD_AUTOSCALER, 'foreign')
  scene.delete(DEPLOYMENT, 'web')
  scene.putDeployment(2)
  scene.putCapacity('streams', KEDA)
  for (const [index, { port }] of pods.entries()) scene.putPod({ name: `web-${index}`, port })
}

/** All that the controller has written, without what the API server and the clock add. */
function endOf(scene: ControllerScene): unknown {
  const { conditions = [], observedGeneration, ...status } = scene.status()
  const map = scene.stored(CONFIG_MAP, 'streams-capacity')
  return {
    status,
    isCurrent: observedGeneration !== undefined,
    conditions: conditions.map(({ type, status: value, reason, message }) => [
      type,
      value,
      reason,
      message,
    ]),
    map: map?.data,
    budget: scene.stored(POD_DISRUPTION_BUDGET, 'streams')?.spec,
    scaledObject: scene.stored(SCALED_OBJECT, 'streams')?.spec,
    autoscalers: scene.cluster.all(HORIZONTAL_POD_AUTOSCALER).length,
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

import { expect, test } from 'vitest'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import { FleetObjects } from '../../../test/support/controller/fleet-objects.ts'
import type { ShedOutcome } from '../fleet/shed-client.ts'
import { CONFIG_MAP, POD_DISRUPTION_BUDGET } from '../objects/children.ts'
import { DEPLOYMENT, POD } from '../objects/workloads.ts'
import { childMetadata } from '../plan/children/child-metadata.ts'
import type { FleetPlan, PlannedEvent } from '../plan/fleet-plan.ts'
import { carryOut, type Outcome } from './carry-out.ts'
import { FleetCluster } from './fleet-cluster.ts'

test('costs are written before the number of pods, by which a ReplicaSet chooses', async () => {
  const fleet = new TestFleet()

  const { isScaled } = await fleet.carryOut({
    deletionCosts: [{ pod: 'web-0', cost: 7 }],
    replicas: 1,
  })

  expect(fleet.writes).toEqual(['apply web-0', 'scale web'])
  expect(isScaled).toBe(true)
  expect(fleet.objects.stored(DEPLOYMENT, 'web')?.spec.replicas).toBe(1)
  expect(fleet.objects.stored(POD, 'web-0')?.metadata.annotations).toEqual({
    'controller.kubernetes.io/pod-deletion-cost': '7',
  })
})

test.for(['is gone', 'was replaced by a namesake'])(
  'the cost of a pod that %s is dropped',
  async (what) => {
    const fleet = new TestFleet()
    fleet.objects.delete(POD, 'web-0')
    if (what !== 'is gone') {
      const { metadata, ...pod } = fleet.pod
      fleet.objects.cluster.put(POD, { ...pod, metadata: { ...metadata, uid: 'another' } })
    }
    const before = fleet.objects.stored(POD, 'web-0')

    const { errors } = await fleet.carryOut({
      deletionCosts: [{ pod: 'web-0', cost: 7 }],
      replicas: 3,
    })

    expect(fleet.objects.stored(POD, 'web-0')).toEqual(before)
    expect(errors).toEqual([])
    expect(fleet.writes).toContain('scale web')
  },
)

test('what is refused keeps nothing else from being done', async () => {
  const fleet = new TestFleet()
  const refused = clusterError('forbidden', 'no')
  fleet.objects.cluster.requests.fail({ verb: 'apply', kind: 'ConfigMap', error: refused })
  fleet.objects.cluster.requests.fail({ verb: 'apply', kind: 'Pod', error: refused })

  const { errors, isScaled } = await fleet.carryOut({
    children: [fleet.childOf(CONFIG_MAP), fleet.childOf(POD_DISRUPTION_BUDGET)],
    deletionCosts: [{ pod: 'web-0', cost: 7 }],
    replicas: 3,
    sheds: [{ pod: 'web-0', count: 5, over: 20 }],
  })

  expect(errors).toEqual([refused])
  expect(isScaled).toBe(true)
  expect(fleet.objects.stored(POD_DISRUPTION_BUDGET, 'child')).toBeDefined()
  expect(fleet.sheds).toEqual(['web-0 5 20'])
})

test('a number of pods that could not be set is told', async () => {
  const fleet = new TestFleet()
  const error = clusterError('unavailable', 'away')
  fleet.objects.cluster.requests.fail({ verb: 'scale', error })

  expect(await fleet.carryOut({ replicas: 3 })).toMatchObject({ errors: [error], isScaled: false })
})

test('an object of somebody else is left as it is, and named', async () => {
  const fleet = new TestFleet()
  const foreign = fleet.objects.cluster.put(CONFIG_MAP, {
    metadata: { name: 'child', namespace: 'default' },
    data: { key: 'theirs' },
  })

  const { conflicts } = await fleet.carryOut({ children: [fleet.childOf(CONFIG_MAP)] })

  expect(conflicts).toEqual([{ kind: 'ConfigMap', name: 'child' }])
  expect(fleet.objects.stored(CONFIG_MAP, 'child')).toEqual(foreign)
})

test('what is not asked for is removed, unless that has begun', async () => {
  const fleet = new TestFleet()
  const put = (name: string, parts: object = {}) =>
    fleet.objects.cluster.put(CONFIG_MAP, { metadata: { name, namespace: 'default', ...parts } })
  put('old')
  put('leaving', { deletionTimestamp: '2026-01-01T00:00:00Z' })

  await fleet.carryOut({})

  expect(fleet.writes).toEqual(['delete old'])
})

test('a pod that does not shed is told of, with what to do', async () => {
  const fleet = new TestFleet()
  fleet.answer = { isDone: false, reason: 'unauthorized', detail: '10.0.0.1:9090 answers with 401' }

  await fleet.carryOut({ sheds: [{ pod: 'web-0', count: 5, over: 20 }] })

  expect(fleet.events).toEqual([
    {
      type: 'Warning',
      reason: 'ShedRefused',
      message: expect.stringMatching(/web-0 .* answers with 401\. .*RUNNEL_ADMIN_TOKEN_SECRET/),
    },
  ])
})

/** A StreamCapacity with a Deployment and one pod, for which plans are carried out. */
class TestFleet {
  readonly objects = new FleetObjects()
  readonly events: PlannedEvent[] = []
  readonly sheds: string[] = []
  answer: ShedOutcome = { isDone: true, shedding: 5 }
  readonly pod
  readonly #object

  constructor() {
    this.objects.putDeployment(2)
    this.#object = this.objects.putCapacity()
    this.pod = this.objects.putPod({ name: 'web-0' })
  }

  get writes(): readonly string[] {
    return this.objects.cluster.requests.writes.map(({ verb, name }) => `${verb} ${name}`)
  }

  childOf(kind: FleetPlan['children'][number]['kind']): FleetPlan['children'][number] {
    const metadata = childMetadata('child', this.#object.metadata)
    return { kind, manifest: { metadata } }
  }

  async carryOut(parts: Partial<FleetPlan>): Promise<Outcome> {
    const { cluster } = this.objects
    return carryOut(
      {
        pods: {
          shed: async ({ metadata: { name } }, { count, over }) => {
            this.sheds.push(`${name} ${count} ${over}`)
            return this.answer
          },
        },
        record: (_, event) => {
          this.events.push(event)
        },
        observer: { scaled() {}, shed() {}, costFailed() {}, refused() {} },
      },
      {
        key: 'default/streams',
        object: this.#object,
        cluster: new FleetCluster({ reads: cluster, writes: cluster, findCopy: () => undefined }),
        target: 'web',
        pods: [this.pod],
        owned: cluster.all(CONFIG_MAP).map((object) => ({ kind: CONFIG_MAP, object })),
      },
      { children: [], replicas: undefined, deletionCosts: [], sheds: [], ...parts },
    )
  }
}

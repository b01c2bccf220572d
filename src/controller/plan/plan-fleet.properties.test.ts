import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  afterwards,
  autoscalerOf,
  deploymentOf,
  fleetState,
  podOf,
  SILENT,
  specOf,
  START,
} from '../../../test/support/fleet/fleet-state.ts'
import { streamCapacityStatus } from '../../schema/stream-capacity.ts'
import type { FleetState } from './fleet-plan.ts'
import { planFleet } from './plan-fleet.ts'

const pod = fc.record({
  subscribers: fc.integer({ min: 0, max: 300 }),
  limit: fc.integer({ min: 1, max: 300 }),
  isReady: fc.boolean(),
  isTerminating: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  isRunning: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()),
  isDraining: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  isSilent: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  cost: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined }),
})

const fleets = fc.array(pod, { maxLength: 12 }).map((all) =>
  all.map(({ subscribers, limit, isDraining, isSilent, cost, ...flags }, index) =>
    podOf(`pod-${index}`, subscribers, {
      ...flags,
      snapshot: { subscribers, limit, isDraining },
      deletionCost: cost,
      ...(isSilent ? { silence: SILENT.silence } : {}),
    }),
  ),
)

const own = { kind: 'StreamCapacity', name: 'streams', uid: 'uid-streams' }
const ofKeda = { kind: 'ScaledObject', name: 'streams', uid: 'uid-scaled-object' }

/** The autoscaler that comes of each child that scales. */
const NAMES = new Map([
  ['HorizontalPodAutoscaler', 'streams'],
  ['ScaledObject', 'keda-hpa-streams'],
])
const SCALERS = [...NAMES.keys()]

const deployment = fc.option(
  fc
    .tuple(fc.integer({ min: 0, max: 14 }), fc.integer({ min: -2, max: 2 }))
    .map(([replicas, off]) =>
      deploymentOf(replicas, { readyReplicas: Math.max(0, replicas + off) }),
    ),
  { nil: undefined },
)

const states: fc.Arbitrary<FleetState> = fc
  .record({
    pods: fleets,
    deployment,
    provider: fc.constantFrom('Auto', 'CustomMetrics', 'KEDA', 'Direct', 'External', 'None'),
    minReplicas: fc.integer({ min: 1, max: 5 }),
    more: fc.integer({ min: 0, max: 8 }),
    autoscalers: fc.subarray([
      autoscalerOf('by-hand'),
      autoscalerOf('streams', own),
      autoscalerOf('keda-hpa-streams', ofKeda),
    ]),
    olderRivals: fc.subarray(['first'], { minLength: 0 }),
    metricsApi: fc.constantFrom('ours', 'foreign', 'absent'),
    hasKeda: fc.boolean(),
  })
  .map(({ provider, minReplicas, more, metricsApi, hasKeda, ...parts }) =>
    fleetState({
      ...parts,
      spec: specOf({
        subscribersPerPod: { target: 100, limit: 200 },
        scaling: { provider, minReplicas, maxReplicas: minReplicas + more },
      }),
      providers: { metricsApi, hasKeda, metricUrl: 'http://controller/scaling' },
    }),
  )

/** A fleet after some minutes in which nothing changed but what was planned. */
function later(state: FleetState, minutes: number): FleetState {
  let last = state
  for (let step = 0; step < minutes * 12; step++) {
    last = { ...afterwards(last, planFleet(last)), now: last.now + 5_000 }
  }
  return last
}

test('a plan that was carried out leaves nothing to do', () => {
  fc.assert(
    fc.property(states, fc.constantFrom(0, 6), (state, minutes) => {
      const before = later(state, minutes)
      const first = planFleet(before)
      const after = afterwards(before, first)
      const second = planFleet(after)

      expect(second.children).toEqual(first.children)
      expect(second.replicas).toBeUndefined()
      expect(second.sheds).toEqual([])
      // Pods that leave now are ranked exactly, for which the next plan has no need.
      expect(second.deletionCosts).toEqual([])
      // A plan that changes the number of pods makes a fleet that has more to tell.
      const [events, status] =
        first.replicas === undefined ? [[], first.status] : [second.events, second.status]
      expect(second.events).toEqual(events)
      expect(second.status).toEqual(status)
    }),
  )
})

test('the number of pods that is set is within its bounds', () => {
  fc.assert(
    fc.property(states, fc.constantFrom(0, 6), (state, minutes) => {
      const { minReplicas, maxReplicas } = state.spec.scaling
      const { replicas = minReplicas } = planFleet(later(state, minutes))

      expect(replicas).toBeGreaterThanOrEqual(minReplicas)
      expect(replicas).toBeLessThanOrEqual(maxReplicas)
    }),
  )
})

test('never do two scale a Deployment', () => {
  fc.assert(
    fc.property(states, fc.constantFrom(0, 6), (state, minutes) => {
      const { children, replicas } = planFleet(later(state, minutes))
      const made = children.filter(({ kind }) => SCALERS.includes(kind.kind))
      const others = state.autoscalers.filter(
        ({ metadata }) => !made.some(({ kind }) => metadata.name === NAMES.get(kind.kind)),
      )
      const scalers = [...made, ...others, ...(replicas === undefined ? [] : ['Direct'])]
      const scales = made.length + (replicas === undefined ? 0 : 1)

      expect(scales === 0 ? 0 : scalers.length).toBeLessThanOrEqual(1)
      expect(state.olderRivals.length === 0 ? 0 : children.length + scales).toBe(0)
    }),
  )
})

test('nothing shrinks and nothing is shed while most pods are silent', () => {
  fc.assert(
    fc.property(states, fc.integer({ min: 1, max: 12 }), (start, count) => {
      const names = Array.from({ length: count }, (_, index) => `silent-${index}`)
      const silent = names.map((name) => podOf(name, 0, SILENT))
      const before = later({ ...start, pods: [...start.pods.slice(0, count - 1), ...silent] }, 6)
      const { replicas = Number.POSITIVE_INFINITY, sheds } = planFleet(before)

      expect(replicas).toBeGreaterThan(before.deployment?.spec.replicas ?? 0)
      expect(sheds).toEqual([])
    }),
  )
})

test('no pod is asked for more streams in any minute than the rate allows', () => {
  fc.assert(
    fc.property(states, (start) => {
      const asked: { readonly at: number; readonly pod: string; readonly count: number }[] = []
      let state = start
      for (let step = 0; step < 60; step++) {
        const plan = planFleet(state)
        asked.push(
          ...plan.sheds.map(({ pod: name, count }) => ({ at: state.now, pod: name, count })),
        )
        state = { ...afterwards(state, plan), now: state.now + 5_000 }
      }
      for (const { at, pod: name } of asked) {
        const streams = start.pods.find((one) => one.name === name)?.snapshot?.subscribers ?? 0
        const sum = asked
          .filter((one) => one.pod === name && one.at >= at && one.at < at + 60_000)
          .reduce((total, { count }) => total + count, 0)
        expect(sum).toBeLessThanOrEqual(Math.max(1, streams / 10))
      }
    }),
  )
})

test('every status has the form of its schema, and its sentences do not change with each count', () => {
  fc.assert(
    fc.property(states, (state) => {
      const first = planFleet(state)
      expect(streamCapacityStatus.safeParse(first.status).error).toBeUndefined()
      const pods = state.pods.toReversed().map(({ silence, snapshot, ...others }) => ({
        ...others,
        snapshot: snapshot && { ...snapshot, subscribers: snapshot.subscribers + 1 },
        silence: silence && { ...silence, detail: 'another detail' },
      }))
      const second = planFleet({ ...afterwards(state, first), pods, now: START + 30_000 })
      const sentences = (second.status.conditions ?? []).map(({ type, reason, message }) => {
        const before = first.status.conditions?.find((one) => one.type === type)
        return before?.reason === reason ? [message, before.message] : []
      })
      for (const [message, before] of sentences) expect(message).toBe(before)
    }),
  )
})

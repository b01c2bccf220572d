import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { podOf, podsOf, SILENT, START } from '../../../test/support/fleet/fleet-state.ts'
import type { PodState } from '../fleet/pod-state.ts'
import { planDeletionCosts, type CostInput } from './deletion-costs.ts'

const MINUTES = 60_000

function plan(pods: readonly PodState[], parts: Partial<CostInput> = {}) {
  const writtenAt = START - 5 * MINUTES
  return planDeletionCosts({ now: START, pods, target: 750, shrinks: 'no', writtenAt, ...parts })
}

function podWithCost(subscribers: number, deletionCost: number): PodState {
  return podOf('a', subscribers, { deletionCost })
}

test('the cost of a pod is its number of streams', () => {
  expect(plan(podsOf(500, 80, 0))).toEqual({
    deletionCosts: [
      { pod: 'pod-0', cost: 500 },
      { pod: 'pod-1', cost: 80 },
    ],
    writtenAt: START,
  })
})

test('a cost is written when it is wrong by a tenth of the target, and by a hundredth before pods leave', () => {
  expect(plan([podWithCost(524, 450)]).deletionCosts).toEqual([])
  expect(plan([podWithCost(525, 450)]).deletionCosts).toEqual([{ pod: 'a', cost: 525 }])
  expect(plan([podWithCost(454, 450)], { shrinks: 'soon' }).deletionCosts).toEqual([])
  expect(plan([podWithCost(455, 450)], { shrinks: 'soon' }).deletionCosts).toHaveLength(1)
  expect(plan([podWithCost(451, 450)], { shrinks: 'now' }).deletionCosts).toHaveLength(1)
})

test('costs are written every five minutes at most, every half minute before pods leave, and when they do', () => {
  const pods = podsOf(500)
  const count = (shrinks: CostInput['shrinks'], ago: number) =>
    plan(pods, { shrinks, writtenAt: START - ago }).deletionCosts.length

  expect([count('no', 5 * MINUTES - 1), count('no', 5 * MINUTES)]).toEqual([0, 1])
  expect([count('soon', 29_999), count('soon', 30_000)]).toEqual([0, 1])
  expect(count('now', 0)).toBe(1)
})

test('pods that leave, do not run or have only begun keep the cost they have', () => {
  const pods = [
    podOf('leaving', 500, { isTerminating: true }),
    podOf('pending', 0, { isRunning: false, snapshot: undefined, deletionCost: 300 }),
    podOf('new', 0, { snapshot: undefined, deletionCost: 300 }),
  ]

  expect(plan(pods, { shrinks: 'now' }).deletionCosts).toEqual([])
})

test('a silent pod goes by its last count, and one that never answered goes last', () => {
  const pods = [
    podOf('empty', 10),
    podOf('full', 900),
    podOf('silent', 700, { silence: SILENT.silence }),
    podOf('never heard', 0, SILENT),
  ]

  expect(plan(pods, { shrinks: 'now' }).deletionCosts).toEqual([
    { pod: 'empty', cost: 10 },
    { pod: 'full', cost: 900 },
    { pod: 'silent', cost: 700 },
    { pod: 'never heard', cost: 900 },
  ])
})

test('the emptiest pods get the lowest costs', () => {
  const pod = fc.record({
    subscribers: fc.integer({ min: 0, max: 2_000 }),
    cost: fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined }),
  })
  const shrinks = fc.constantFrom('soon', 'now')
  fc.assert(
    fc.property(fc.array(pod, { maxLength: 30 }), shrinks, (parts, when) => {
      const pods = parts.map(({ subscribers, cost }, index) =>
        podOf(`pod-${index}`, subscribers, { deletionCost: cost }),
      )
      const { deletionCosts } = plan(pods, { shrinks: when })
      const written = new Map(deletionCosts.map(({ pod: name, cost }) => [name, cost]))
      const ranked = pods
        .map(({ name, snapshot, deletionCost }) => ({
          streams: snapshot?.subscribers ?? 0,
          cost: written.get(name) ?? deletionCost ?? 0,
        }))
        .toSorted((a, b) => a.streams - b.streams)
      // A hundredth of the target is as good as equal, unless pods leave right now.
      const slack = when === 'now' ? 1 : 7
      const wrong = ranked.flatMap((emptier) =>
        ranked.filter(
          (fuller) => emptier.streams + slack <= fuller.streams && emptier.cost >= fuller.cost,
        ),
      )
      expect(wrong).toEqual([])
    }),
  )
})

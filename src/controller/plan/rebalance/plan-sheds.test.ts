import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { podOf, podsOf, specOf, START } from '../../../../test/support/fleet/fleet-state.ts'
import type { PodState } from '../../fleet/pod-state.ts'
import { planSheds, shedPace, type ShedInput } from './plan-sheds.ts'
import { spreadOf } from './spread.ts'

const { rebalance } = specOf()
const AGO = { since: START - 3_600_000, sheds: new Map() } as const

function plan(pods: readonly PodState[], parts: Partial<ShedInput> = {}) {
  const spread = spreadOf(pods, rebalance, false)
  return planSheds({ now: START, spread, maxPercentPerMinute: 10, memory: AGO, ...parts })
}

test('a crowded pod asks a tenth of its streams to move within a minute, in steps of 15 seconds', () => {
  expect(plan(podsOf(800, 200)).sheds).toEqual([{ pod: 'pod-0', count: 20, over: 15 }])
})

test('a pod with few streams asks one, over as long as the rate needs', () => {
  expect(plan(podsOf(20, 0)).sheds).toEqual([{ pod: 'pod-0', count: 1, over: 30 }])
})

test('no pod asks for more than brings it to the average', () => {
  expect(plan(podsOf(130, 100, 70), { maxPercentPerMinute: 100 }).sheds).toEqual([
    { pod: 'pod-0', count: 30, over: 15 },
  ])
})

test('the fullest pod goes first where the others have little room', () => {
  const room = { subscribers: 0, limit: 25, isDraining: false }
  const pods = [...podsOf(800, 700), podOf('small', 0, { snapshot: room })]

  expect(plan(pods).sheds).toEqual([
    { pod: 'pod-0', count: 20, over: 15 },
    { pod: 'pod-1', count: 5, over: 15 },
  ])
  const full = { ...room, limit: 0 }
  expect(plan([...podsOf(800, 700), podOf('full', 0, { snapshot: full })]).sheds).toEqual([])
})

test('room that streams on their way will take is no room', () => {
  const room = { subscribers: 0, limit: 25, isDraining: false }
  const pods = [...podsOf(800, 700), podOf('small', 0, { snapshot: room })]
  const { memory } = plan(pods)

  expect(memory.size).toBe(2)
  expect(
    plan(pods, {
      memory: { ...AGO, sheds: new Map([['uid-pod-0', { until: START + 1, count: 22 }]]) },
    }).sheds,
  ).toEqual([{ pod: 'pod-1', count: 3, over: 15 }])
})

test('a pod whose last shed is not over asks nothing, nor does any until a new controller knows of none', () => {
  const sheds = plan(podsOf(800, 200)).memory
  const at = (now: number) =>
    plan(podsOf(800, 200), { now, memory: { ...AGO, sheds } }).sheds.length

  expect([at(START + 14_999), at(START + 15_000)]).toEqual([0, 1])
  const since = START - 14_999
  expect(plan(podsOf(800, 200), { memory: { since, sheds: new Map() } }).sheds).toEqual([])
})

test('no pod is asked more within a minute than the rate allows', () => {
  const load = fc.integer({ min: 1, max: 100_000 })
  const percent = fc.integer({ min: 1, max: 100 })
  fc.assert(
    fc.property(load, percent, (subscribers, maxPercentPerMinute) => {
      const { count, over } = shedPace(subscribers, maxPercentPerMinute)
      const perSecond = (subscribers * maxPercentPerMinute) / 100 / 60

      expect(count).toBeGreaterThanOrEqual(1)
      expect(count / over).toBeLessThanOrEqual(perSecond * (1 + 1e-9))
    }),
  )
})

test('after all sheds no pod is below the average that was above, and no pod above its limit', () => {
  const pod = fc.record({
    subscribers: fc.integer({ min: 0, max: 3_000 }),
    limit: fc.integer({ min: 0, max: 3_000 }),
  })
  fc.assert(
    fc.property(
      fc.array(pod, { maxLength: 20 }),
      fc.integer({ min: 1, max: 100 }),
      (parts, rate) => {
        const pods = parts.map((snapshot, index) =>
          podOf(`pod-${index}`, 0, { snapshot: { ...snapshot, isDraining: false } }),
        )
        const total = parts.reduce((sum, { subscribers }) => sum + subscribers, 0)
        const average = total / parts.length
        const { sheds } = plan(pods, { maxPercentPerMinute: rate })
        for (const { pod: name, count } of sheds) {
          const { subscribers } = parts[Number(name.slice(4))]!
          expect(subscribers).toBeGreaterThan(average * 1.1)
          expect(subscribers - count).toBeGreaterThanOrEqual(average)
        }
        const shedders = new Set(sheds.map(({ pod: name }) => name))
        const room = parts
          .filter((_, index) => !shedders.has(`pod-${index}`))
          .reduce((sum, { subscribers, limit }) => sum + Math.max(0, limit - subscribers), 0)
        expect(sheds.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(room)
      },
    ),
  )
})

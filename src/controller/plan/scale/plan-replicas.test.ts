import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { specOf, START } from '../../../../test/support/fleet/fleet-state.ts'
import { planReplicas, type ScalingInput } from './plan-replicas.ts'

const spec = specOf({
  subscribersPerPod: { target: 100, limit: 200 },
  scaling: {
    minReplicas: 2,
    maxReplicas: 40,
    scaleDown: { stabilizationSeconds: 300, maxPercent: 25 },
  },
})

/** `Direct` on a Deployment that has the pods it is told to, planned every five seconds. */
class Scaler {
  now = START
  current: number
  mayShrink = true
  shrinkPeriod = 60
  spec = spec
  #memory: ScalingInput['memory'] = { recommendations: [], changes: [] }

  constructor(current: number) {
    this.current = current
  }

  /** The numbers of pods after each plan. */
  run(seconds: number, subscribers: number | undefined): readonly number[] {
    const numbers: number[] = []
    for (const end = this.now + seconds * 1_000; this.now < end; this.now += 5_000) {
      const { now, current, mayShrink, shrinkPeriod } = this
      const count =
        subscribers === undefined
          ? ({ isKnown: false, problem: 'most pods are silent' } as const)
          : ({ isKnown: true, subscribers } as const)
      const input = { now, spec: this.spec, current, count, mayShrink, shrinkPeriod }
      const { replicas, memory } = planReplicas({ ...input, memory: this.#memory })
      this.#memory = memory
      this.current = replicas ?? current
      numbers.push(this.current)
    }
    return numbers
  }
}

test.for([
  [1_000, 10],
  [1_100, 10],
  [1_101, 12],
  [901, 10],
  [1_400, 14],
  [3_990, 20],
  [9_999, 20],
])('%d streams on 10 pods of a target of 100 make it %d at once', ([subscribers, replicas]) => {
  expect(new Scaler(10).run(5, subscribers)).toEqual([replicas])
})

test('a fleet grows to double its pods, or by four, within 15 seconds', () => {
  expect(new Scaler(2).run(65, 4_000)).toEqual([6, 6, 6, 12, 12, 12, 24, 24, 24, 40, 40, 40, 40])
})

test('what was not used of a step is used within the same 15 seconds', () => {
  const scaler = new Scaler(10)
  scaler.run(5, 1_200)

  expect(scaler.run(15, 4_000)).toEqual([20, 20, 24])
})

test('a fleet shrinks when fewer pods were enough for the stabilization time, by a quarter a minute', () => {
  const scaler = new Scaler(20)

  expect(new Set(scaler.run(300, 500))).toEqual(new Set([20]))
  expect(scaler.run(60, 500)).toEqual(Array.from({ length: 12 }, () => 15))
  expect(scaler.run(60, 500)).toEqual(Array.from({ length: 12 }, () => 12))
  expect(scaler.run(600, 500).at(-1)).toBe(5)
})

test('a peak keeps the pods that it called for until the stabilization time is over', () => {
  const scaler = new Scaler(20)
  scaler.run(200, 500)
  scaler.run(5, 1_600)

  expect(new Set(scaler.run(95, 500))).toEqual(new Set([20]))
  expect(new Set(scaler.run(200, 500))).toEqual(new Set([16]))
  expect(scaler.run(5, 500)).toEqual([12])
})

test('of a small fleet one pod leaves at a time, and never the last ones', () => {
  const scaler = new Scaler(3)
  scaler.run(300, 0)

  expect(scaler.run(600, 0)).toEqual(Array.from({ length: 120 }, () => 2))
})

test('a longer drain makes the steps of shrinking longer', () => {
  const scaler = new Scaler(8)
  scaler.shrinkPeriod = 120
  scaler.run(300, 0)

  expect(scaler.run(245, 0).filter((replicas, index, all) => replicas !== all[index - 1])).toEqual([
    6, 5, 4,
  ])
})

test('without stabilization the second plan shrinks', () => {
  const scaler = new Scaler(4)
  scaler.spec = specOf({
    subscribersPerPod: { target: 100, limit: 200 },
    scaling: { scaleDown: { stabilizationSeconds: 0, maxPercent: 100 } },
  })

  expect(scaler.run(10, 200)).toEqual([4, 2])
})

test('nothing shrinks while the count is unknown, and the time does not count', () => {
  const scaler = new Scaler(10)
  scaler.run(290, 200)

  expect(new Set(scaler.run(600, undefined))).toEqual(new Set([10]))
  expect(new Set(scaler.run(300, 200))).toEqual(new Set([10]))
  expect(scaler.run(5, 200)).toEqual([8])
})

test('nothing shrinks while pods are replaced or leave, and growth goes on', () => {
  const scaler = new Scaler(10)
  scaler.mayShrink = false

  expect(new Set(scaler.run(900, 200))).toEqual(new Set([10]))
  expect(scaler.run(5, 1_500)).toEqual([15])
})

test.for([
  ['fewer than the fewest', 1, undefined, 2],
  ['more than the most', 50, 4_500, 40],
  ['none at all, which is how people switch it off', 0, 4_500, 0],
] as const)('a Deployment that somebody set to %s', ([, current, subscribers, replicas]) => {
  expect(new Scaler(current).run(5, subscribers)).toEqual([replicas])
})

test('whatever happens, the bounds hold, and only a known count shrinks a fleet', () => {
  const steps = fc.array(
    fc.record({
      seconds: fc.integer({ min: 5, max: 400 }),
      subscribers: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
      mayShrink: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), steps, (start, script) => {
      const scaler = new Scaler(start)
      const changes = script.flatMap(({ seconds, subscribers, mayShrink }) => {
        scaler.mayShrink = mayShrink
        const before = scaler.current
        return scaler
          .run(seconds, subscribers)
          .map((to, index, all) => ({ from: all[index - 1] ?? before, to, subscribers, mayShrink }))
          .filter(({ from, to }) => from !== to)
      })
      const shrinks = changes.filter(({ from, to }) => to < from)

      expect(changes.filter(({ to }) => to < 2 || to > 40)).toEqual([])
      expect(shrinks.filter(({ mayShrink }) => !mayShrink)).toEqual([])
      expect(shrinks.filter(({ subscribers }) => subscribers === undefined)).toEqual([])
    }),
  )
})

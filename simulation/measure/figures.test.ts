import { expect, test } from 'vitest'
import { streamCapacitySpec } from '../../src/schema/stream-capacity.ts'
import { figuresOf } from './figures.ts'
import type { Sample } from './sample.ts'

const SPEC = streamCapacitySpec.parse({
  targetRef: { name: 'runnel' },
  subscribersPerPod: { target: 100, limit: 200 },
})

/** Two pods of 100 streams each. */
const CALM: Omit<Sample, 'second'> = {
  subscribers: 200,
  waiting: 0,
  pods: 2,
  ready: 2,
  fullest: 100,
  most: 100,
  mean: 100,
  least: 100,
  reconnects: 0,
  aged: 0,
  refusals: 0,
  failures: 0,
}

/** A minute of samples; the parts hold from their second on. */
function minute(parts: Readonly<Record<number, Partial<Sample>>>): Sample[] {
  let present = CALM
  return Array.from({ length: 60 }, (_, index) => {
    present = { ...present, ...parts[index + 1] }
    return { ...present, second: index + 1 }
  })
}

const figures = (parts: Readonly<Record<number, Partial<Sample>>>, disturbedAt = 10) =>
  figuresOf(minute(parts), SPEC, disturbedAt)

test('a calm fleet has nothing to tell', () => {
  expect(figures({})).toEqual({
    peakLoadPercent: 50,
    refusalsPerClient: 0,
    failuresPerClient: 0,
    reconnectsPerClient: 0,
    peakReconnectRate: 0,
    secondsUntilBalanced: 0,
    mostPods: 2,
    fewestPods: 2,
    lastPods: 2,
    resizes: 0,
    sparePodMinutes: 0,
  })
})

test('the fullest pod counts while it leaves, too', () => {
  expect(figures({ 20: { fullest: 190 }, 30: { fullest: 10 } }).peakLoadPercent).toBe(95)
})

test('streams that replace an aged one are no cost of the fleet', () => {
  expect(figures({ 20: { reconnects: 70, aged: 20 } }).reconnectsPerClient).toBe(0.25)
})

test('the rate of reconnects is that of the worst ten seconds', () => {
  const rate = figures({ 20: { reconnects: 30 }, 25: { reconnects: 50 }, 40: { reconnects: 60 } })
  expect(rate.peakReconnectRate).toBe(5)
})

test('a fleet is balanced after the last second beyond the tolerance of 20 %', () => {
  const beyond = { most: 121 }
  const within = { most: 120 }
  expect(figures({ 12: beyond, 20: within, 25: beyond, 41: within }).secondsUntilBalanced).toBe(30)
  expect(figures({ 12: beyond }).secondsUntilBalanced).toBeUndefined()
  // What was before the disturbance does not count.
  expect(figures({ 2: beyond, 8: within }).secondsUntilBalanced).toBe(0)
})

test('spare pods are those beyond what the subscribers and the least number call for', () => {
  // One pod too many for 30 s: 200 subscribers call for two, and 20 for one, but two are the least.
  const { sparePodMinutes, resizes } = figures({ 31: { pods: 3 }, 46: { subscribers: 20 } })
  expect([sparePodMinutes, resizes]).toEqual([0.5, 1])
})

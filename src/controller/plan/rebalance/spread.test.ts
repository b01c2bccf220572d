import { expect, test } from 'vitest'
import { podOf, podsOf, SILENT, specOf } from '../../../../test/support/fleet/fleet-state.ts'
import type { PodState } from '../../fleet/pod-state.ts'
import { spreadOf } from './spread.ts'

const { rebalance } = specOf({ rebalance: { tolerancePercent: 20 } })

function crowdedOf(pods: readonly PodState[], hasBegun = false): readonly string[] {
  return spreadOf(pods, rebalance, hasBegun).crowded.map(({ name }) => name)
}

test('a pod is crowded above the tolerance', () => {
  expect(crowdedOf(podsOf(120, 80))).toEqual([])
  expect(crowdedOf(podsOf(121, 79))).toEqual(['pod-0'])
  expect(crowdedOf(podsOf(300, 0, 400, 0))).toEqual(['pod-2', 'pod-0'])
})

test('moving goes on to half the tolerance', () => {
  expect(crowdedOf(podsOf(111, 89), true)).toEqual(['pod-0'])
  expect(crowdedOf(podsOf(110, 90), true)).toEqual([])
  expect(crowdedOf(podsOf(200, 115, 60, 25))).toEqual(['pod-0', 'pod-1'])
  expect(crowdedOf(podsOf(115, 115, 85, 85))).toEqual([])
})

test('a few streams more than the average are chance', () => {
  expect(crowdedOf(podsOf(5, 0, 0))).toEqual([])
  expect(crowdedOf(podsOf(10, 0))).toEqual([])
  expect(crowdedOf(podsOf(12, 0))).toEqual(['pod-0'])
})

test('only pods that serve are compared', () => {
  const apart: readonly Partial<PodState>[] = [
    { isReady: false },
    { isRunning: false },
    { isTerminating: true },
    { silence: SILENT.silence },
    { snapshot: undefined },
    { snapshot: { subscribers: 900, limit: 1_500, isDraining: true } },
  ]
  for (const parts of apart) {
    const spread = spreadOf([...podsOf(100, 100), podOf('apart', 900, parts)], rebalance, false)
    expect(spread.average).toBe(100)
    expect(spread.crowded).toEqual([])
  }
})

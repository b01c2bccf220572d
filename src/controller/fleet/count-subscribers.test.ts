import * as fc from 'fast-check'
import { assert, expect, test } from 'vitest'
import { countSubscribers } from './count-subscribers.ts'
import type { PodState } from './pod-state.ts'

interface Drawn {
  readonly isRunning: boolean
  readonly isSilent: boolean
  /** Undefined for a pod that has never answered. */
  readonly subscribers: number | undefined
}

const drawnPod = fc.record({
  isRunning: fc.boolean(),
  isSilent: fc.boolean(),
  subscribers: fc.option(fc.nat(10_000), { nil: undefined }),
})
const drawnFleet = fc.array(drawnPod, { maxLength: 30 })

function podOf({ isRunning, isSilent, subscribers }: Drawn, index: number): PodState {
  const snapshot =
    subscribers === undefined ? undefined : { subscribers, limit: 1_500, isDraining: false }
  return {
    name: `pod-${index}`,
    uid: String(index),
    phase: isRunning ? 'Running' : 'Pending',
    isReady: isRunning,
    isTerminating: false,
    isRunning,
    snapshot: isRunning ? snapshot : undefined,
    silence: isRunning && isSilent ? { reason: 'timeout', detail: `why-${index}` } : undefined,
    deletionCost: undefined,
  }
}

function count(fleet: readonly Drawn[]) {
  return countSubscribers(fleet.map(podOf))
}

const running = (subscribers: number | undefined, isSilent = false): Drawn => ({
  isRunning: true,
  isSilent,
  subscribers,
})

test('a known count is the sum of all last values, with the average for silent pods without one', () => {
  fc.assert(
    fc.property(drawnFleet, (fleet) => {
      const result = count(fleet)
      fc.pre(result.isKnown)
      const pods = fleet.filter(({ isRunning }) => isRunning)
      const values = pods.flatMap(({ subscribers }) => subscribers ?? [])
      const sum = values.reduce((total, value) => total + value, 0)
      const unknown = pods.filter(
        ({ isSilent, subscribers }) => isSilent && subscribers === undefined,
      )
      const average = unknown.length === 0 ? 0 : (sum / values.length) * unknown.length
      expect(result.subscribers).toBe(sum + Math.ceil(average))
    }),
  )
})

test('the count is unknown while more pods are silent than answer, or none serves', () => {
  fc.assert(
    fc.property(drawnFleet, (fleet) => {
      const pods = fleet.filter(({ isRunning }) => isRunning)
      const answering = pods.filter(({ isSilent }) => !isSilent)
      const hasMost = answering.length >= pods.length - answering.length
      const hasValue = pods.some(({ subscribers }) => subscribers !== undefined)
      const isTold = answering.length === pods.length || hasValue
      const serves = pods.length > 0 || fleet.length === 0
      expect(count(fleet).isKnown).toBe(hasMost && isTold && serves)
    }),
  )
})

test('pods that start neither hold streams nor speak for those that are silent', () => {
  const starting = { ...podOf(running(undefined), 9), isReady: false }
  const silent = [podOf(running(undefined, true), 0), podOf(running(undefined, true), 1)]

  expect(countSubscribers([...silent, starting, starting, starting]).isKnown).toBe(false)
  expect(countSubscribers([starting])).toMatchObject({ isKnown: false })
  expect(countSubscribers([podOf(running(7), 0), starting])).toEqual({
    isKnown: true,
    subscribers: 7,
  })
})

test('a silent pod that never answered moves no autoscaler: it holds as much as the others on average', () => {
  const fleet = [running(700), running(500), running(undefined, true)]

  expect(count(fleet)).toEqual({ isKnown: true, subscribers: 1_800 })
})

test('exactly half of the pods silent is known, one more is not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(5_000), (half, streams) => {
      const heard = Array.from({ length: half }, () => running(streams))
      const silent = Array.from({ length: half }, () => running(streams, true))
      expect(count([...heard, ...silent])).toEqual({
        isKnown: true,
        subscribers: 2 * half * streams,
      })
      expect(count([...heard, ...silent, running(0, true)]).isKnown).toBe(false)
    }),
  )
})

test('silence alone never lowers a count', () => {
  fc.assert(
    fc.property(drawnFleet, fc.infiniteStream(fc.boolean()), (fleet, silences) => {
      const before = count(fleet.map((pod) => ({ ...pod, isSilent: false })))
      const after = count(
        fleet.map((pod) => ({ ...pod, isSilent: silences.next().value ?? false })),
      )
      fc.pre(after.isKnown && before.isKnown)
      expect(after.subscribers).toBeGreaterThanOrEqual(before.subscribers)
    }),
  )
})

test('a count of zero comes only from pods that have no streams, or have only just begun', () => {
  fc.assert(
    fc.property(drawnFleet, (fleet) => {
      const result = count(fleet)
      fc.pre(result.isKnown && result.subscribers === 0)
      expect(fleet.filter((pod) => pod.isRunning && (pod.subscribers ?? 0) > 0)).toEqual([])
    }),
  )
})

test('an unknown count names silent pods with their reasons, three at most', () => {
  const fleet = [running(1), ...Array.from({ length: 9 }, () => running(5, true))]
  const result = count(fleet)
  assert(!result.isKnown)
  expect(result.problem).toBe(
    '9 of 10 running pods do not answer: pod-1 (why-1), pod-2 (why-2), pod-3 (why-3)',
  )
})

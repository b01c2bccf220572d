import { expect, test } from 'vitest'
import { makePod, type PodOptions } from '../../../test/support/cluster/pods.ts'
import type { PodStatus } from '../../schema/stream-capacity.ts'
import type { Pod } from '../objects/workloads.ts'
import type { SnapshotAnswer } from './observation.ts'
import { ObservedPods } from './observed-pods.ts'

const STORED: PodStatus = {
  name: 'a',
  subscribers: 40,
  limit: 100,
  ready: true,
  draining: false,
}

const NO_ANSWER: SnapshotAnswer = {
  isSnapshot: false,
  silence: { reason: 'timeout', detail: 'no answer' },
}

function streams(subscribers: number): SnapshotAnswer {
  return { isSnapshot: true, snapshot: { subscribers, limit: 100, isDraining: false } }
}

/** The fleet of one pod `a`, seen by one process of the controller. */
class OnePodFleet {
  readonly pods = new ObservedPods()
  pod: Pod = makePod({ name: 'a' })
  readonly #stored: readonly PodStatus[]

  constructor(stored: readonly PodStatus[] = [], options: PodOptions = {}) {
    this.#stored = stored
    this.become(options)
  }

  become(options: PodOptions): void {
    this.pod = makePod({ ...options, name: 'a' })
    this.see()
  }

  see() {
    const [state] = this.pods.describe({
      key: 'default/runnel',
      pods: [this.pod],
      storedPods: this.#stored,
    })
    return { subscribers: state?.snapshot?.subscribers, silent: state?.silence?.reason }
  }

  poll(...answers: readonly SnapshotAnswer[]) {
    for (const answer of answers) this.pods.record(this.pod, answer)
    return this.see()
  }
}

test('a pod that falls silent keeps its last value, and one missed poll is no silence', () => {
  const fleet = new OnePodFleet()
  expect(fleet.poll(streams(7))).toEqual({ subscribers: 7, silent: undefined })
  expect(fleet.poll(NO_ANSWER)).toEqual({ subscribers: 7, silent: undefined })
  expect(fleet.poll(NO_ANSWER)).toEqual({ subscribers: 7, silent: 'timeout' })
  expect(fleet.poll(...Array.from({ length: 50 }, () => NO_ANSWER))).toEqual({
    subscribers: 7,
    silent: 'timeout',
  })
  expect(fleet.poll(streams(9))).toEqual({ subscribers: 9, silent: undefined })
  expect(fleet.poll(NO_ANSWER)).toEqual({ subscribers: 9, silent: undefined })
})

test.for<[event: string, after: PodOptions]>([
  ['its container waits', { container: null }],
  ['its container is another', { container: 'containerd://2', isReady: false }],
  ['it fails', { phase: 'Failed' }],
  ['it succeeds', { phase: 'Succeeded' }],
])('a silent pod loses its last value once %s, whatever the status says', ([, after]) => {
  const fleet = new OnePodFleet([STORED])
  fleet.poll(streams(7), NO_ANSWER, NO_ANSWER)
  fleet.become(after)
  expect(fleet.see()).toEqual({ subscribers: undefined, silent: undefined })
  fleet.become({ container: 'containerd://3', isReady: false })
  expect(fleet.see()).toEqual({ subscribers: undefined, silent: undefined })
})

test('a pod that is being deleted keeps its last value while its container runs', () => {
  const fleet = new OnePodFleet()
  fleet.poll(streams(7), NO_ANSWER, NO_ANSWER)
  fleet.become({ isTerminating: true, isReady: false })
  expect(fleet.see()).toEqual({ subscribers: 7, silent: 'timeout' })
})

test('the answer of a container that has been replaced meanwhile is dropped', () => {
  const fleet = new OnePodFleet()
  const before = fleet.pod
  fleet.become({ container: 'containerd://2', isReady: false })
  expect(fleet.pods.record(before, streams(7))).toBe(false)
  expect(fleet.see().subscribers).toBeUndefined()
})

test('after a restart of the controller a silent pod has the value of the status', () => {
  const fleet = new OnePodFleet([STORED])
  expect(fleet.see()).toEqual({ subscribers: 40, silent: 'unasked' })
  expect(fleet.poll(NO_ANSWER)).toEqual({ subscribers: 40, silent: 'timeout' })
  expect(fleet.poll(streams(7))).toEqual({ subscribers: 7, silent: undefined })
})

test('the status says nothing of a pod that it did not hear of, and of other pods', () => {
  const neverAnswered = { ...STORED, subscribers: 0, limit: 0, silent: true }
  for (const stored of [[neverAnswered], [{ ...STORED, name: 'b' }], []]) {
    expect(new OnePodFleet(stored).see().subscribers).toBeUndefined()
  }
})

test('the status says nothing of a container that starts after the controller', () => {
  const fleet = new OnePodFleet([STORED], { container: null })
  fleet.become({ isReady: false })
  expect(fleet.see()).toEqual({ subscribers: undefined, silent: undefined })
})

test('a pod that starts is not silent, however often it does not answer; ready, it has as many polls as any other', () => {
  const fleet = new OnePodFleet([], { isReady: false })
  expect(fleet.see()).toEqual({ subscribers: undefined, silent: undefined })
  expect(fleet.poll(NO_ANSWER, NO_ANSWER, NO_ANSWER).silent).toBeUndefined()
  fleet.become({ isReady: true })
  expect(fleet.see().silent).toBeUndefined()
  expect(fleet.poll(NO_ANSWER).silent).toBeUndefined()
  expect(fleet.poll(NO_ANSWER).silent).toBe('timeout')
})

test.for<PodOptions>([{ isReady: true }, { isReady: false, isTerminating: true }])(
  'a pod that may hold streams is silent until it answers: %j',
  (options) => {
    const fleet = new OnePodFleet([], options)
    expect(fleet.see().silent).toBe('unasked')
    expect(fleet.poll(NO_ANSWER).silent).toBe('timeout')
    expect(fleet.poll(streams(1)).silent).toBeUndefined()
  },
)

test('an answer is news if the state of the pod changes by it', () => {
  const { pods, pod } = new OnePodFleet()
  expect(pods.record(pod, streams(7))).toBe(true)
  expect(pods.record(pod, streams(7))).toBe(false)
  expect(pods.record(pod, NO_ANSWER)).toBe(false)
  expect(pods.record(pod, NO_ANSWER)).toBe(true)
  expect(pods.record(pod, NO_ANSWER)).toBe(false)
  expect(pods.record(pod, streams(7))).toBe(true)
})

test('a pod is new until it answers, or has not answered ten times', () => {
  const heard = new OnePodFleet()
  expect(heard.pods.isNew(heard.pod)).toBe(true)
  heard.poll(streams(7))
  expect(heard.pods.isNew(heard.pod)).toBe(false)
  const silent = new OnePodFleet()
  silent.poll(...Array.from({ length: 9 }, () => NO_ANSWER))
  expect(silent.pods.isNew(silent.pod)).toBe(true)
  silent.poll(NO_ANSWER)
  expect(silent.pods.isNew(silent.pod)).toBe(false)
})

test('pods that are gone are forgotten', () => {
  const fleet = new OnePodFleet()
  fleet.poll(streams(7))
  fleet.pods.update([])
  expect(fleet.see()).toEqual({ subscribers: undefined, silent: 'unasked' })
})

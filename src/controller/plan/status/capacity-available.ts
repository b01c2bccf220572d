import type { StreamCapacityStatus } from '../../../schema/stream-capacity.ts'
import { isManaged } from '../choose-provider.ts'
import type { FleetFacts } from '../fleet-facts.ts'
import type { FleetState } from '../fleet-plan.ts'
import { capacityOf } from './pod-statuses.ts'
import type { Verdict } from './verdict.ts'

/** A fleet is full until it has been below this share, so that one stream more or less changes no condition. */
const FULL_UNTIL = 0.95

/** As much above the target is tolerated before more pods are called for. */
const OVER_TARGET = 1.1

/** Whether the fleet has room for more streams, and for those of a pod that is lost. */
export function capacityAvailable(state: FleetState, facts: FleetFacts): Verdict {
  const { count, choice } = facts
  const { scaling } = state.spec
  if (facts.deployment === undefined) {
    return { status: 'Unknown', reason: 'TargetNotFound', message: 'There is no Deployment.' }
  }
  if (!state.pods.some(({ isReady }) => isReady)) {
    const message = `No pod is ready. See why with: kubectl describe deployment ${state.spec.targetRef.name}`
    return { status: 'False', reason: 'NoReadyPods', message, event: 'Warning' }
  }
  if (!count.isKnown) {
    const message =
      'Most pods do not answer, so nobody knows. The condition PodsReachable says why.'
    return { status: 'Unknown', reason: 'CountUnknown', message }
  }
  if (isFull(state, count.subscribers)) {
    const message =
      'The fleet is full: further streams are told to poll. Raise ' +
      `${isManaged(choice.provider) ? 'spec.scaling.maxReplicas' : 'the number of pods'} or ` +
      'spec.subscribersPerPod.limit.'
    return { status: 'False', reason: 'Full', message, event: 'Warning' }
  }
  if (!isManaged(choice.provider)) return ROOM
  if (isOverTarget(state, count.subscribers)) {
    const message =
      'The streams call for more pods than spec.scaling.maxReplicas allows. Raise it before the pods are full.'
    return { status: 'False', reason: 'AtMaxReplicas', message, event: 'Warning' }
  }
  if (scaling.minReplicas === 1) return SINGLE_POD
  return ROOM
}

const ROOM: Verdict = {
  status: 'True',
  reason: 'Room',
  message: 'The pods have room for more streams.',
  event: 'Normal',
}

const SINGLE_POD: Verdict = {
  status: 'True',
  reason: 'SinglePod',
  message:
    'The pods have room for more streams. spec.scaling.minReplicas is 1: when the only pod is lost, no other takes ' +
    'its streams. Set it to 2 or more.',
  event: 'Warning',
}

function isFull({ pods, status }: FleetState, subscribers: number): boolean {
  const share = subscribers / capacityOf(pods)
  return share >= (hadReason(status, 'Full') ? FULL_UNTIL : 1)
}

function isOverTarget({ spec, status }: FleetState, subscribers: number): boolean {
  const share = subscribers / (spec.subscribersPerPod.target * spec.scaling.maxReplicas)
  return share > (hadReason(status, 'AtMaxReplicas') ? 1 : OVER_TARGET)
}

function hadReason({ conditions = [] }: StreamCapacityStatus, reason: string): boolean {
  return conditions.some((one) => one.type === 'CapacityAvailable' && one.reason === reason)
}

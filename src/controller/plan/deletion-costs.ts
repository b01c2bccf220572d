import type { PodState } from '../fleet/pod-state.ts'

/** Where no pod is about to leave: tenths of the target, at most once in so many ms. */
const COARSE = { parts: 10, interval: 300_000 }

/** Where an autoscaler may remove a pod at any time. */
const FINE = { parts: 100, interval: 30_000 }

export interface CostInput {
  readonly now: number
  readonly pods: readonly PodState[]
  /** Streams that each pod should hold. */
  readonly target: number
  /** `now`: this plan removes pods. `soon`: fewer would do. */
  readonly shrinks: 'now' | 'soon' | 'no'
  readonly writtenAt: number
}

export interface CostPlan {
  readonly deletionCosts: readonly { readonly pod: string; readonly cost: number }[]
  readonly writtenAt: number
}

/**
 * The cost of a pod is its number of streams: a ReplicaSet removes the cheapest pod first. Each write costs the API
 * server, so a cost is written anew only if it is wrong by a step of load.
 */
export function planDeletionCosts(input: CostInput): CostPlan {
  const { now, pods, target, shrinks, writtenAt } = input
  const { parts, interval } = shrinks === 'no' ? COARSE : FINE
  const isDue = shrinks === 'now' || now - writtenAt >= interval
  const step = shrinks === 'now' ? 1 : Math.max(1, Math.floor(target / parts))
  const candidates = pods.filter(isCandidate)
  const highest = Math.max(target, ...candidates.map(({ snapshot }) => snapshot?.subscribers ?? 0))
  const deletionCosts = isDue ? candidates.flatMap((pod) => costOf(pod, highest, step)) : []
  return { deletionCosts, writtenAt: deletionCosts.length > 0 ? now : writtenAt }
}

/** A pod that leaves is chosen already, and one that starts is as cheap as a pod without a cost. */
function isCandidate({ isRunning, isTerminating, silence, snapshot }: PodState): boolean {
  return isRunning && !isTerminating && (silence !== undefined || snapshot !== undefined)
}

/** A silent pod counts what it last held; one that never answered may hold any number, and goes last. */
function costOf(pod: PodState, highest: number, step: number): CostPlan['deletionCosts'] {
  const cost = pod.snapshot?.subscribers ?? highest
  const isSameStep = Math.floor(cost / step) === Math.floor((pod.deletionCost ?? 0) / step)
  return isSameStep ? [] : [{ pod: pod.name, cost }]
}

import { uidOf } from '../objects/metadata.ts'
import type { Pod } from '../objects/workloads.ts'
import { silenceOf, unheard, type Observation } from './observation.ts'
import type { PodState } from './pod-state.ts'
import { runningContainer } from './server-container.ts'

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'

/** A pod as the API server and the polls show it. What was observed of another start of its container is left out. */
export function describePod(pod: Pod, observation: Observation | undefined): PodState {
  const { name, annotations } = pod.metadata
  const container = runningContainer(pod)
  const observed = observation?.container === container ? observation : undefined
  const current = observed ?? unheard(container)
  const isRunning = container !== undefined
  return {
    name,
    uid: uidOf(pod),
    phase: pod.status?.phase ?? 'Unknown',
    isReady: isReady(pod),
    isTerminating: isTerminating(pod),
    isRunning,
    snapshot: isRunning ? current.snapshot : undefined,
    silence: isRunning ? silenceOf(current, isStarting(pod, current)) : undefined,
    deletionCost: parseCost(annotations?.[DELETION_COST]),
  }
}

/** Whether it has no streams yet. A pod that is deleted before it was ready never has any. */
export function isStarting(pod: Pod, { sawStart, misses }: Observation): boolean {
  const wasNeverReady = sawStart && misses === 0
  return !isReady(pod) && (!isTerminating(pod) || wasNeverReady)
}

function isReady({ status }: Pod): boolean {
  const conditions = status?.conditions ?? []
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True')
}

function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined
}

/** Undefined for what a ReplicaSet would not take for a number either. */
function parseCost(text: string | undefined): number | undefined {
  return text !== undefined && /^(0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : undefined
}

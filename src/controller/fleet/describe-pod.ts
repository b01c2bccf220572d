import { uidOf } from '../objects/metadata.ts'
import type { Pod } from '../objects/workloads.ts'
import { silenceOf, unheard, type Observation } from './observation.ts'
import type { PodState } from './pod-state.ts'
import { runningContainer } from './server-container.ts'

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'

/** A pod as the API server and the polls show it. What was observed of another start of its container is left out. */
export function describePod(pod: Pod, observation: Observation | undefined): PodState {
  const { name, deletionTimestamp, annotations } = pod.metadata
  const isTerminating = deletionTimestamp !== undefined
  const isReady =
    pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
    false
  const container = runningContainer(pod)
  const observed = observation?.container === container ? observation : undefined
  const current = observed ?? unheard(container)
  const isRunning = container !== undefined
  return {
    name,
    uid: uidOf(pod),
    phase: pod.status?.phase ?? 'Unknown',
    isReady,
    isTerminating,
    isRunning,
    snapshot: isRunning ? current.snapshot : undefined,
    silence: isRunning ? silenceOf(current, !isReady && !isTerminating) : undefined,
    deletionCost: parseCost(annotations?.[DELETION_COST]),
  }
}

/** Undefined for what a ReplicaSet would not take for a number either. */
function parseCost(text: string | undefined): number | undefined {
  return text !== undefined && /^(0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : undefined
}

import type { PodState } from '../fleet/pod-state.ts'
import type { Deployment } from '../objects/workloads.ts'

/**
 * `rollout`: pods of an older template are being replaced. `scale`: the Deployment has more or fewer pods than it
 * asks for. `drain`: pods that leave still hold streams. `start`: pods are not ready.
 */
export type Movement = 'rollout' | 'scale' | 'drain' | 'start'

/** What is under way in a fleet, and moves streams or is about to. */
export function movementOf(
  { metadata, spec, status = {} }: Deployment,
  pods: readonly PodState[],
): Movement | undefined {
  const asked = spec.replicas ?? 1
  const existing = status.replicas ?? 0
  if (existing > (status.updatedReplicas ?? 0)) return 'rollout'
  if (asked !== existing) return 'scale'
  // The numbers above belong to an older template, and the number of pods is the same.
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'rollout'
  if (pods.some(isDraining)) return 'drain'
  if ((status.readyReplicas ?? 0) < asked) return 'start'
  return undefined
}

/** A silent pod, such as one on a lost node, may leave for ever, and is not waited for. */
function isDraining({ isRunning, isTerminating, silence, snapshot }: PodState): boolean {
  if (!isRunning || silence !== undefined || snapshot === undefined) return false
  return (isTerminating || snapshot.isDraining) && snapshot.subscribers > 0
}

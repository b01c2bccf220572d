import type { PodStatus } from '../../schema/stream-capacity.ts'
import type { PodSnapshot, Silence } from './pod-state.ts'

/** What polls have told of one start of a pod's container. */
export interface Observation {
  /** Its id; undefined while the container does not run. */
  readonly container: string | undefined
  readonly snapshot: PodSnapshot | undefined
  /** Whether it has answered this process; else the snapshot is the one in the stored status. */
  readonly isHeard: boolean
  /** Polls without an answer since the last answer. */
  readonly misses: number
  /** Why the last of them had none. */
  readonly failure: Silence | undefined
}

export type SnapshotAnswer =
  | { readonly isSnapshot: true; readonly snapshot: PodSnapshot }
  | { readonly isSnapshot: false; readonly silence: Silence }

/** One missed poll may be a lost packet or a busy pod, and its last snapshot is still young. */
const MISSES_OF_SILENT_POD = 2

const UNASKED: Silence = { reason: 'unasked', detail: 'it has not been asked yet' }

/** A start of a container that nothing is known of yet. */
export function unheard(container: string | undefined): Observation {
  return { container, snapshot: undefined, isHeard: false, misses: 0, failure: undefined }
}

/**
 * A pod that this process meets for the first time. What the status says of it counts until the pod answers, so
 * that a restart of the controller loses no streams of a silent pod.
 */
export function firstSight(
  container: string | undefined,
  stored: PodStatus | undefined,
): Observation {
  // No pod has the limit 0: it stands for one that had never answered.
  const hasStored = container !== undefined && stored !== undefined && stored.limit > 0
  if (!hasStored) return unheard(container)
  const { subscribers, limit, draining } = stored
  return { ...unheard(container), snapshot: { subscribers, limit, isDraining: draining } }
}

export function afterPoll(before: Observation, answer: SnapshotAnswer): Observation {
  if (!answer.isSnapshot) {
    return { ...before, misses: before.misses + 1, failure: answer.silence }
  }
  return { ...unheard(before.container), snapshot: answer.snapshot, isHeard: true }
}

/**
 * Whether and why a pod counts as silent. One that has not answered yet is so at once, since it may hold any
 * number of streams. It holds none only if it is starting: not ready before, and not in the status.
 */
export function silenceOf(
  { snapshot, isHeard, misses, failure }: Observation,
  isStarting: boolean,
): Silence | undefined {
  if (isHeard) return misses >= MISSES_OF_SILENT_POD ? failure : undefined
  return isStarting && snapshot === undefined ? undefined : (failure ?? UNASKED)
}

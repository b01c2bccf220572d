import type { PodStatus } from '../../schema/stream-capacity.ts'
import type { PodSnapshot, Silence } from './pod-state.ts'

/** What polls have told of one start of a pod's container. */
export interface Observation {
  /** Its id; undefined while the container does not run. */
  readonly container: string | undefined
  readonly snapshot: PodSnapshot | undefined
  /** Whether it has answered this process; else the snapshot is the one in the stored status. */
  readonly isHeard: boolean
  /** Polls so far, with an answer or without. */
  readonly polls: number
  /** Polls without an answer since the last answer, those of a pod that is starting aside. */
  readonly misses: number
  /** It was polled while it was starting, and so held no streams. */
  readonly sawStart: boolean
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
  return {
    container,
    snapshot: undefined,
    isHeard: false,
    polls: 0,
    misses: 0,
    sawStart: false,
    failure: undefined,
  }
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

export function afterPoll(
  before: Observation,
  answer: SnapshotAnswer,
  isStarting: boolean,
): Observation {
  const polls = before.polls + 1
  if (answer.isSnapshot) {
    return { ...unheard(before.container), polls, snapshot: answer.snapshot, isHeard: true }
  }
  const failure = answer.silence
  if (isStarting) return { ...before, polls, failure, sawStart: true }
  return { ...before, polls, failure, misses: before.misses + 1 }
}

/**
 * Whether and why a pod counts as silent. One that has not answered yet is so at once, since it may hold any
 * number of streams. It holds none if it is starting: not ready before, and not in the status. One that was seen
 * starting has as many polls as any other.
 */
export function silenceOf(
  { snapshot, isHeard, misses, sawStart, failure }: Observation,
  isStarting: boolean,
): Silence | undefined {
  const isNew = snapshot === undefined && (isStarting || sawStart)
  if (isHeard || isNew) return misses >= MISSES_OF_SILENT_POD ? failure : undefined
  return failure ?? UNASKED
}

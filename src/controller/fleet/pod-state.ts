/** What is known of one pod of a fleet. */
export interface PodState {
  readonly name: string
  readonly uid: string
  readonly phase: string
  readonly isReady: boolean
  /** It is being deleted. Its streams still count until they are gone. */
  readonly isTerminating: boolean
  /** Its container runs. A pod without one holds no streams. */
  readonly isRunning: boolean
  /** The last one of this start of the container; undefined if it never answered. */
  readonly snapshot: PodSnapshot | undefined
  /** Set while the pod runs, may hold streams, and does not answer. */
  readonly silence: Silence | undefined
  /** The annotation that decides which pod a ReplicaSet removes first. */
  readonly deletionCost: number | undefined
}

export interface PodSnapshot {
  readonly subscribers: number
  readonly limit: number
  readonly isDraining: boolean
}

export interface Silence {
  /**
   * `refused`: the pod or a policy keeps the controller out. `timeout`: no answer in time. `error`: an answer that
   * is no snapshot. `unasked`: the controller has only just met the pod.
   */
  readonly reason: 'refused' | 'timeout' | 'error' | 'unasked'
  /** For people; it may name addresses. */
  readonly detail: string
}

/** The streams of a fleet. Unknown if over half of its running pods are silent. */
export type SubscriberCount =
  | { readonly isKnown: true; readonly subscribers: number }
  | { readonly isKnown: false; readonly problem: string }

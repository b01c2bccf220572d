/**
 * What the pods of a fleet know of each other. Their promises:
 *  1. `admit` and `release` come in pairs; of the streams that are admitted and not released, a client
 *     never has more than its limit, whatever pods it went to, as long as they can reach each other.
 *  2. A pod that cannot reach the others holds its own clients to the limit.
 *  3. A pod that vanishes is forgotten, its clients with it, within one time to live.
 */
export interface Fleet {
  /** A few seconds old at most. */
  readonly view: FleetView
  /** From now on the others are told of this pod, and it of them. To be called once. */
  join(readFacts: () => PodFacts): void
  /** Whether a client that has fewer streams than `limit` gets one more. Never rejects. */
  admit(client: string, limit: number): Promise<boolean>
  release(client: string): void
  /** The pod leaves. Never rejects. */
  close(): Promise<void>
}

/**
 * What a pod knows of the others that share its log:
 * - `alone`: there are none.
 * - `unknown`: there may be some, but they were not heard of lately.
 * - `counted`: there are some, and they have told.
 */
export type FleetView =
  | { readonly kind: 'alone' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'counted'; readonly others: PodsCount }

/** Several pods together. */
export interface PodsCount {
  readonly pods: number
  readonly subscribers: number
  readonly limit: number
  /** Slots that are free. More than `limit` leaves where a lowered limit is exceeded somewhere. */
  readonly free: number
}

/** What a pod tells the others. */
export interface PodFacts {
  readonly subscribers: number
  /** How many it takes; no more than it has while it drains. */
  readonly limit: number
}

/** Whether other pods are known to have room. The pod's own slots never count: it may be leaving. */
export function hasRoomElsewhere(view: FleetView): boolean {
  return view.kind === 'counted' && view.others.free > 0
}

/**
 * Shares the counts of streams among the pods of a fleet. Every adapter promises:
 *  1. `admit` and `release` come in pairs; of the streams that are admitted and not released, a client
 *     never has more than its limit on all pods together, as long as they can reach each other.
 *  2. A pod that cannot reach the others holds its own clients to the limit.
 *  3. A pod that vanishes is forgotten, its clients with it, within one time to live.
 */
export interface Fleet {
  /** A few seconds old at most. */
  readonly view: FleetView
  /** Begins to exchange facts with the other pods. To be called once. */
  join(readFacts: () => PodFacts): void
  /** Counts one more stream of a client unless it has `limit` of them. Returns whether it did. Never rejects. */
  admit(client: string, limit: number): Promise<boolean>
  release(client: string): void
  /** The pod leaves. Never rejects. */
  close(): Promise<void>
}

/**
 * The knowledge of a pod about the others that share its log:
 * - `alone`: there are none.
 * - `unknown`: there may be some, but none has reported lately.
 * - `counted`: there are some, and they have reported.
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
  /** Free slots. More than `limit - subscribers` where a pod exceeds its lowered limit. */
  readonly free: number
}

/** The facts that a pod reports to the others. */
export interface PodFacts {
  readonly subscribers: number
  /** Most streams that it takes; while it drains, the number that it has. */
  readonly limit: number
}

/** Whether other pods are known to have room. The pod's own slots never count: it may be leaving. */
export function hasRoomElsewhere(view: FleetView): boolean {
  return view.kind === 'counted' && view.others.free > 0
}

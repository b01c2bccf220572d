/**
 * Shares the counts of streams among the pods of a fleet.
 *
 * Promises that every adapter keeps, checked by `fleet.suite.ts`, while `admit` and `release` come in pairs:
 *  1. Of the streams that are admitted and not released, a client has at most `limit` on all pods together, however
 *     many ask at once, as long as the pods reach each other. A stream within the limit is refused only while others
 *     of its client are being opened or closed.
 *  2. What is released is free for every pod within moments, and all that a pod held once its `close` has resolved.
 *  3. A pod that vanishes is forgotten, its clients with it, within one time to live.
 *  4. `view` counts the other pods that have joined as they reported themselves, a few seconds ago at most; never this
 *     one, and none that has left.
 *  5. A pod that cannot reach the others says so in its `view`, and holds its own clients to the limit. What it admits
 *     and releases meanwhile counts on all pods once they reach each other again.
 *  6. No method rejects or throws, and closing twice is harmless. A closed pod reads its facts no more.
 */
export interface Fleet {
  readonly view: FleetView
  /** Begins to exchange facts with the other pods. To be called once. */
  join(readFacts: () => PodFacts): void
  /** Counts one more stream of a client unless it has `limit` of them. Returns whether it did. */
  admit(client: string, limit: number): Promise<boolean>
  release(client: string): void
  /** The pod leaves. */
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

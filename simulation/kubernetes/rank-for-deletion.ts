/** What a ReplicaSet knows of a pod when it removes some. Times are in seconds. */
export interface Candidate {
  readonly uid: string
  readonly phase: 'Pending' | 'Running'
  readonly isReady: boolean
  readonly deletionCost: number
  readonly readySince: number
  readonly createdAt: number
}

/**
 * Those that a ReplicaSet removes first come first: `ActivePodsWithRanks.Less` of pkg/controller/controller_utils.go in
 * Kubernetes 1.36.4. Left out are nodes, since the model has none, and restarts.
 */
export function rankForDeletion<T extends Candidate>(
  now: number,
  pods: readonly T[],
): readonly T[] {
  return pods.toSorted(
    (a, b) =>
      Number(a.phase === 'Running') - Number(b.phase === 'Running') ||
      Number(a.isReady) - Number(b.isReady) ||
      a.deletionCost - b.deletionCost ||
      (a.isReady ? compareAge(now, a, b, ({ readySince }) => readySince) : 0) ||
      compareAge(now, a, b, ({ createdAt }) => createdAt),
  )
}

/** `logarithmicRankDiff`: younger first, but ages of one power of two (in ns) are alike, and the uid decides. */
function compareAge<T extends Candidate>(
  now: number,
  a: T,
  b: T,
  begin: (pod: T) => number,
): number {
  if (begin(a) === begin(b)) return 0
  const rank = (pod: T) => Math.floor(Math.log2(Math.max(1, (now - begin(pod)) * 1e9)))
  return rank(a) - rank(b) || (a.uid < b.uid ? -1 : 1)
}

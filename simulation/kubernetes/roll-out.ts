/** The two ReplicaSets of a Deployment that matters here: the one of the present template, and all older ones. */
export interface ReplicaSets {
  readonly new: ReplicaSet
  readonly old: ReplicaSet
}

export interface ReplicaSet {
  /** Pods that it asks for. */
  readonly replicas: number
  /** Pods of it that are ready. */
  readonly available: number
}

export interface Sizes {
  readonly new: number
  readonly old: number
}

/**
 * One step of a rolling update with `maxUnavailable: 0`: `rolloutRolling` of pkg/controller/deployment/rolling.go in
 * Kubernetes 1.36.4. First the new ReplicaSet grows as far as the surge allows; if it cannot, the old one shrinks by
 * its pods that are not ready, and by as many as the new one has made up for.
 */
export function rollOut(replicas: number, maxSurge: number, sets: ReplicaSets): Sizes {
  const sizes = { new: sets.new.replicas, old: sets.old.replicas }
  const grown = sizeOfNew(replicas, maxSurge, sizes)
  if (grown !== sizes.new) return { ...sizes, new: grown }
  if (sizes.old === 0) return sizes
  const unavailable = sizes.new - sets.new.available
  const most = sizes.new + sizes.old - replicas - unavailable
  if (most <= 0) return sizes
  const unhealthy = Math.min(most, sizes.old - Math.min(sizes.old, sets.old.available))
  const old = sizes.old - unhealthy
  const spare = sets.new.available + sets.old.available - replicas
  return { ...sizes, old: old - Math.min(old, Math.max(0, spare)) }
}

/** `NewRSNewReplicas` of deployment_util.go. Without older pods it is what the Deployment asks for. */
function sizeOfNew(replicas: number, maxSurge: number, sizes: Sizes): number {
  if (sizes.old === 0 || sizes.new > replicas) return replicas
  const room = replicas + maxSurge - sizes.new - sizes.old
  return sizes.new + Math.max(0, Math.min(room, replicas - sizes.new))
}

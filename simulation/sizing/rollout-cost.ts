export interface RolloutCost {
  /** For each client, the first included. */
  readonly reconnects: number
  /** Streams of the last old pods, as a multiple of the average. */
  readonly peak: number
}

/**
 * What a rolling update costs where the proxy places clients by chance: a client may land on pods that are still to
 * be replaced, again and again. With a surge of s of N pods, each step raises the load of the old pods by s/N of it.
 */
export function rolloutCost(pods: number, surge: number): RolloutCost {
  const step = Math.min(1, surge / pods)
  const steps = 1 / step
  return { reconnects: (1 + step) ** steps - 1, peak: (1 + step) ** (steps - 1) }
}

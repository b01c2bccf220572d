import { between } from '../../lib/jitter.ts'
import { ClusterError } from '../cluster/cluster-error.ts'

/** In ms. */
export interface BackoffBounds {
  /** Longest wait after the first failure. It doubles with each further one. */
  readonly first: number
  readonly longest: number
}

/**
 * Milliseconds to wait after `failures` failures in a row, the last of which was `error`: from the upper half
 * of what is due, so that retries of many neither coincide nor follow at once. An API server that asks for a
 * longer pause gets it.
 */
export function backoff(
  failures: number,
  { first, longest }: BackoffBounds,
  error?: unknown,
): number {
  const due = Math.min(longest, first * 2 ** Math.min(failures - 1, 32))
  const asked = error instanceof ClusterError ? (error.retryAfter ?? 0) : 0
  return Math.max(between(due / 2, due), asked)
}

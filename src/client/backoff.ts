import type { Random } from '../lib/jitter.ts'

/** Longest wait between two attempts, unless the service asks for more, in ms. */
const LONGEST = 30_000
/** Lower bound of the base, in ms: a service may set `retry` to 0, a busy loop while it is away. */
const SHORTEST_BASE = 500

/**
 * Milliseconds to wait after `failures` failed attempts in a row: random below a ceiling that doubles with
 * each failure (full jitter), so that clients do not all reconnect at once when a service is back.
 */
export function backoff(failures: number, base: number, random: Random = Math.random): number {
  const ceiling = Math.max(base, SHORTEST_BASE) * 2 ** Math.min(failures, 16)
  return random() * Math.min(ceiling, Math.max(base, LONGEST))
}

import { monotonicNow } from '../driver/monotonic-clock.ts'

/** On the clock of the tallies. */
export function monotonicSeconds(): number {
  return monotonicNow() / 1e6
}

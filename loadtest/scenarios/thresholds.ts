import type { Amounts, Scenario, Thresholds } from './scenario.ts'

/** Each accepted event comes once, whole and in order, and no stream fails or ends an EventSource for good. */
export const DELIVERED_ONCE: Thresholds = {
  lost: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  falseGaps: 0,
  faults: 0,
  deadEnds: 0,
}

/** So it goes for every subscriber until the end. */
export const SERVED_TO_THE_END: Thresholds = { ...DELIVERED_ONCE, silentAtEnd: 0 }

/** The server takes all publishes, and says so. */
export const PUBLISHES_TAKEN: Thresholds = { refusedPublishes: 0, unknownPublishes: 0 }

/** The server takes all streams and all publishes. */
export const ALL_TAKEN: Thresholds = { ...PUBLISHES_TAKEN, refusals: 0, connectFailures: 0 }

/** What a run of the scenario with these amounts is judged by. */
export function thresholdsOf(
  { thresholds }: Pick<Scenario, 'thresholds'>,
  amounts: Amounts,
): Thresholds {
  return typeof thresholds === 'function' ? thresholds(amounts) : thresholds
}

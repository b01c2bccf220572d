import type { Thresholds } from './scenario.ts'

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

/** The server takes all streams and all publishes. */
export const ALL_TAKEN: Thresholds = {
  refusals: 0,
  connectFailures: 0,
  refusedPublishes: 0,
  unknownPublishes: 0,
}

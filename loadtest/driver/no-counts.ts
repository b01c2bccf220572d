import type { Counts } from './tally.ts'

export type MutableCounts = { -readonly [Name in keyof Counts]: Counts[Name] }

/** What a driver has counted before it begins. */
export function noCounts(): MutableCounts {
  return {
    published: 0,
    refusedPublishes: 0,
    unknownPublishes: 0,
    deliveries: 0,
    bytes: 0,
    connects: 0,
    reconnects: 0,
    cuts: 0,
    closings: 0,
    refusals: 0,
    deadEnds: 0,
    connectFailures: 0,
    gaps: 0,
    holes: 0,
    duplicates: 0,
    reorderings: 0,
    heldBack: 0,
  }
}

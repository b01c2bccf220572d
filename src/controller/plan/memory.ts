import type { FleetMemory } from './fleet-plan.ts'

/** Longest time, in ms, that may pass between two plans by the clock. */
const LONGEST_STEP = 60_000

function firstMemory(now: number): FleetMemory {
  return {
    since: now,
    plannedAt: now,
    recommendations: [],
    changes: [],
    costsAt: now,
    countsAt: Number.NEGATIVE_INFINITY,
    sheds: new Map(),
  }
}

/**
 * The memory of the plan before, as of now. A clock that jumps ahead must not end all waiting at once, and one that
 * jumps back must not make it endless: the times then move along with the clock.
 */
export function carryOver(memory: FleetMemory | undefined, now: number): FleetMemory {
  if (memory === undefined) return firstMemory(now)
  const elapsed = now - memory.plannedAt
  const jump = elapsed - Math.min(Math.max(elapsed, 0), LONGEST_STEP)
  return jump === 0 ? { ...memory, plannedAt: now } : shift(memory, jump, now)
}

function shift(memory: FleetMemory, by: number, now: number): FleetMemory {
  const sheds = [...memory.sheds].map(
    ([uid, shed]) => [uid, { ...shed, until: shed.until + by }] as const,
  )
  return {
    since: memory.since + by,
    plannedAt: now,
    recommendations: memory.recommendations.map((one) => ({ ...one, at: one.at + by })),
    changes: memory.changes.map((one) => ({ ...one, at: one.at + by })),
    costsAt: memory.costsAt + by,
    countsAt: memory.countsAt + by,
    sheds: new Map(sheds),
  }
}

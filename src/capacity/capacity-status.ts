import type { CapacityStatus } from '../schema/capacity-status.ts'
import { POLL_WAIT } from '../schema/limits.ts'
import type { FleetView } from './fleet.ts'
import { isUnderPressure, type PressureSample } from './pressure.ts'
import { retryAfter, type AwayReason } from './retry-after.ts'

/** The inputs of the status, as they stand now. */
export interface CapacityFacts {
  readonly subscribers: number
  readonly limit: number
  readonly fleet: FleetView
  readonly pressure: PressureSample
  readonly isLogReachable: boolean
  readonly isDraining: boolean
  /** The ordinary reconnection time, in ms. */
  readonly retry: number
}

/** From this share of the limit on, a pod counts as busy. */
const BUSY_SHARE = 0.9

/** The reasons for which new streams are sent away, by status. */
const AWAY: Readonly<Partial<Record<CapacityStatus['status'], AwayReason>>> = {
  full: 'limit',
  draining: 'limit',
  degraded: 'log',
}

export function capacityStatus(facts: CapacityFacts): CapacityStatus {
  const { subscribers, limit, retry } = facts
  const status = statusOf(facts)
  const isPressed = isUnderPressure(facts.pressure)
  const away = AWAY[status]
  return {
    status,
    pod: { subscribers, limit },
    fleet: countFleet(facts),
    advice: {
      transport: status === 'full' || isPressed ? 'poll' : 'stream',
      retry: away === undefined ? retry : retryAfter(away, facts.fleet, retry),
      // Held longer where the pod is full or under pressure: fewer requests for the same events.
      pollWait: status === 'full' || isPressed ? POLL_WAIT.max : POLL_WAIT.default,
    },
  }
}

/** Counts this pod and the others, as last reported. The limit of a draining pod is the number of its streams. */
function countFleet(facts: CapacityFacts): CapacityStatus['fleet'] {
  const { subscribers, fleet, isDraining } = facts
  const limit = isDraining ? subscribers : facts.limit
  if (fleet.kind !== 'counted') return { subscribers, limit, pods: 1 }
  const { others } = fleet
  return {
    subscribers: subscribers + others.subscribers,
    limit: limit + others.limit,
    pods: 1 + others.pods,
  }
}

function statusOf(facts: CapacityFacts): CapacityStatus['status'] {
  const { subscribers, limit } = facts
  if (facts.isDraining) return 'draining'
  if (!facts.isLogReachable) return 'degraded'
  if (subscribers >= limit) return 'full'
  if (subscribers >= limit * BUSY_SHARE || isUnderPressure(facts.pressure)) return 'busy'
  return 'ok'
}

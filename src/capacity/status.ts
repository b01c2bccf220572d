import { isUnderPressure, type PressureSample } from './pressure.ts'
import { jitteredRetry } from './retry.ts'

export interface FleetCount {
  readonly subscribers: number
  readonly limit: number
  readonly pods: number
}

/** The public document of `/health/stream-capacity`. `retry` in ms, `pollWait` in seconds. */
export interface CapacityStatus {
  readonly status: 'ok' | 'busy' | 'full' | 'degraded' | 'draining'
  readonly pod: { readonly subscribers: number; readonly limit: number }
  readonly fleet: FleetCount
  readonly advice: {
    readonly transport: 'stream' | 'poll'
    readonly retry: number
    readonly pollWait: number
  }
}

/** What the status is made of, as it stands now. */
export interface CapacityFacts {
  readonly subscribers: number
  readonly limit: number
  /** Undefined where pods do not know of each other. */
  readonly fleet: FleetCount | undefined
  readonly pressure: PressureSample
  readonly isLogReachable: boolean
  readonly isDraining: boolean
  /** The ordinary reconnection time, in ms. */
  readonly retry: number
}

/** From this share of the limit on, a pod counts as busy. */
const BUSY_SHARE = 0.9
const POLL_WAIT = 25
/** Polls of a pod that is full or under pressure hold longer: fewer requests for the same events. */
const LONG_POLL_WAIT = 55

export function capacityStatus(facts: CapacityFacts): CapacityStatus {
  const { subscribers, limit } = facts
  const fleet = facts.fleet ?? { subscribers, limit, pods: 1 }
  const status = statusOf(facts, fleet)
  const isPressed = isUnderPressure(facts.pressure)
  const sendsAway = status === 'full' || status === 'draining' || status === 'degraded'
  return {
    status,
    pod: { subscribers, limit },
    fleet,
    advice: {
      transport: status === 'full' || isPressed ? 'poll' : 'stream',
      retry: sendsAway ? jitteredRetry(hasRoomElsewhere(facts)) : facts.retry,
      pollWait: status === 'full' || isPressed ? LONG_POLL_WAIT : POLL_WAIT,
    },
  }
}

/** Whether a client that is sent away finds a place soon. */
export function hasRoomElsewhere({ fleet }: Pick<CapacityFacts, 'fleet'>): boolean {
  return fleet === undefined || fleet.subscribers < fleet.limit
}

function statusOf(facts: CapacityFacts, fleet: FleetCount): CapacityStatus['status'] {
  const { subscribers, limit } = facts
  if (facts.isDraining) return 'draining'
  if (!facts.isLogReachable) return 'degraded'
  if (subscribers >= limit || fleet.subscribers >= fleet.limit) return 'full'
  if (subscribers >= limit * BUSY_SHARE || isUnderPressure(facts.pressure)) return 'busy'
  return 'ok'
}

import { between, jittered } from '../lib/jitter.ts'
import { hasRoomElsewhere, type FleetView } from './fleet.ts'

/**
 * Why a client is sent away:
 * - `age`, `drain`, `shed`: its stream had a slot, and was closed on purpose.
 * - `limit`: it got no slot, since none is free or the pod drains.
 * - `client`: it got no slot, since it is at its own limit.
 * - `log`, `fault`: a failure that may soon be over.
 */
export type AwayReason = 'age' | 'drain' | 'shed' | 'limit' | 'client' | 'log' | 'fault'

/** Draws how long a client stays away, in ms; `retry` is the ordinary reconnection time. */
export function retryAfter(reason: AwayReason, fleet: FleetView, retry: number): number {
  switch (reason) {
    case 'age':
    case 'drain':
    case 'shed':
      if (fleet.kind !== 'counted') return jittered(retry)
      return hasRoomElsewhere(fleet) ? soon() : late()
    case 'limit':
      return hasRoomElsewhere(fleet) ? soon() : late()
    case 'client':
      return late()
    case 'log':
    case 'fault':
      return between(2_000, 10_000)
  }
}

/** In ms, for clients that another pod has a slot for. */
function soon(): number {
  return between(200, 1_000)
}

/** In ms, for clients that wait for a slot to become free: all of them ask again and again. */
function late(): number {
  return between(5_000, 30_000)
}

import { between, jittered, type Random } from '../lib/jitter.ts'
import { hasRoomElsewhere, type FleetView } from './fleet.ts'

/**
 * Why a client is sent away:
 * - `age`, `drain`, `shed`: its stream had a slot, and was closed on purpose.
 * - `limit`: it got no slot, since none is free or the pod drains.
 * - `poll`: its poll got no slot; of other pods only the slots for streams are known.
 * - `client`: it got no slot, since it is at its own limit.
 * - `log`, `fault`: a failure that may soon be over.
 */
export type AwayReason = 'age' | 'drain' | 'shed' | 'limit' | 'poll' | 'client' | 'log' | 'fault'

/** Draws how long a client stays away, in ms; `retry` is the ordinary reconnection time. */
export function retryAfter(
  reason: AwayReason,
  fleet: FleetView,
  retry: number,
  random: Random = Math.random,
): number {
  switch (reason) {
    case 'age':
    case 'drain':
    case 'shed':
      return fleet.kind === 'counted' ? byRoom(fleet, random) : jittered(retry, random)
    case 'limit':
      return byRoom(fleet, random)
    case 'poll':
    case 'client':
      return late(random)
    case 'log':
    case 'fault':
      return between(2_000, 10_000, random)
  }
}

/** In ms: soon for clients that another pod is known to have a slot for. */
function byRoom(fleet: FleetView, random: Random): number {
  return hasRoomElsewhere(fleet) ? between(200, 1_000, random) : late(random)
}

/** In ms, for clients that wait for a slot to become free: all of them ask again and again. */
function late(random: Random): number {
  return between(5_000, 30_000, random)
}

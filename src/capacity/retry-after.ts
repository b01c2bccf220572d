import { between, jittered } from '../lib/jitter.ts'
import { hasRoomElsewhere, type FleetView } from './fleet.ts'

/**
 * Why a client is away:
 * - `age`, `drain`, `shed`: it had a slot, and is sent on.
 * - `limit`: it got no slot, since none is free, or since the pod leaves.
 * - `client`: it got none, since it has enough of them.
 * - `log`, `fault`: something failed that may soon be over.
 */
export type AwayReason = 'age' | 'drain' | 'shed' | 'limit' | 'client' | 'log' | 'fault'

/** How long a client stays away, in ms; `retry` is the ordinary reconnection time. */
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

/** A slot waits elsewhere. */
function soon(): number {
  return between(200, 1_000)
}

/** A slot must become free first: all who wait ask for it again and again. */
function late(): number {
  return between(5_000, 30_000)
}

/**
 * How authorities succeed one another. A new one is stored, then published beside the old one, then serves, and only
 * then the old one goes: first out of the Secret, later out of the bundle. Aggregators thus trust, at any moment,
 * whatever any replica presents.
 *
 * A step waits for what this process itself has seen, on a clock that only moves forward. The wall clock decides only
 * whether an authority is valid, so a wrong one can make too many authorities and never withdraw one that is in use.
 */
import type { Authority } from './authority.ts'
import type { Sightings } from './sightings.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A new authority is made so many ms before the newest one ends. */
export const RENEWAL = 90 * DAY
/** How long a bundle holds an authority before it serves, in ms: every API server of the cluster knows it by then. */
export const OVERLAP = 10 * MINUTE
/** A replica that has not seen Secret and bundles for so many ms presents nothing, and starts anew. */
export const BLINDNESS = 6 * HOUR
/**
 * How long a bundle holds an authority that is out of the Secret, in ms. A replica may go on for `BLINDNESS` before
 * it sees the successor, for `OVERLAP` until it takes that, and for `BLINDNESS` after its last look.
 */
export const RETENTION = 24 * HOUR
/** Only clocks that jump to and fro make more than two. */
const MOST_AUTHORITIES = 4

/** What a process knows. */
export interface RotationView {
  /** The wall clock, in ms since 1970. */
  readonly now: number
  /** The clock that only moves forward, in ms. */
  readonly uptime: number
  /** The authorities in the Secret, the oldest first. */
  readonly stored: readonly Authority[]
  /** Fingerprints of stored authorities that all bundles hold. */
  readonly usable: Sightings
  /** Fingerprints of authorities that a bundle holds and the Secret does not. */
  readonly retired: Sightings
}

export interface AuthorityPlan {
  readonly kept: readonly Authority[]
  readonly needsNew: boolean
}

/** What the Secret should hold. */
export function planAuthorities(view: RotationView): AuthorityPlan {
  const { now, stored } = view
  const newest = findNewestValid(stored, now)
  if (newest === undefined || newest.notAfter - now < RENEWAL) {
    return { kept: stored.slice(1 - MOST_AUTHORITIES), needsNew: true }
  }
  const successor = findNewestValid(settledFor(OVERLAP, view), now)
  if (successor === undefined) return { kept: stored, needsNew: false }
  const kept = stored
    .slice(stored.indexOf(successor))
    .filter((authority) => isValid(authority, now))
  return { kept, needsNew: false }
}

/** Fingerprints of authorities that a bundle holds and no replica presents any more. */
export function findExpendable(view: RotationView): readonly string[] {
  if (settledFor(RETENTION, view).length === 0) return []
  return view.retired.seenFor(RETENTION, view.uptime)
}

/**
 * The authority whose certificate to present; undefined to go on with the present one, whose fingerprint is given if
 * a bundle holds it. Nothing replaces that before its successor has been published for long enough.
 */
export function chooseAuthority(
  view: RotationView,
  present: string | undefined,
): Authority | undefined {
  const { stored, usable, now } = view
  const settled = settledFor(OVERLAP, view)
  const newest = findNewestValid(settled, now)
  if (newest !== undefined) return newest
  const isStored = stored.some(({ fingerprint }) => fingerprint === present)
  if (present !== undefined && (isStored || settled.length === 0)) return undefined
  const candidates = stored.filter(({ fingerprint }) => usable.has(fingerprint))
  // If the wall clock says that none is valid, it may be wrong; and all replicas leave what is retired.
  return (
    settled.at(-1) ?? candidates.find((authority) => isValid(authority, now)) ?? candidates.at(-1)
  )
}

/** The authorities that have been in the Secret and all bundles for so many ms. */
function settledFor(
  duration: number,
  { stored, usable, uptime }: RotationView,
): readonly Authority[] {
  const ids = usable.seenFor(duration, uptime)
  return stored.filter(({ fingerprint }) => ids.includes(fingerprint))
}

function findNewestValid(authorities: readonly Authority[], now: number): Authority | undefined {
  return authorities.findLast((authority) => isValid(authority, now))
}

function isValid({ notBefore, notAfter }: Authority, now: number): boolean {
  return notBefore <= now && now < notAfter
}

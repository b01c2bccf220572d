import type { SimulatedFleet } from '../fleet/simulated-fleet.ts'
import type { Placement } from '../fleet/proxy.ts'
import type { Thresholds } from '../measure/thresholds.ts'

/** Something that is done to a fleet at a time. */
export interface Happening {
  readonly minute: number
  readonly act: (fleet: SimulatedFleet) => void
}

/** A story of a fleet, and what has to come out of it. */
export interface Scenario {
  /** In lower case with hyphens, as `--scenario` takes it. */
  readonly name: string
  readonly story: string
  readonly minutes: number
  /** Subscribers at a minute, for so many at the beginning. */
  readonly clients: (minute: number, base: number) => number
  /** The minute from which the time until the fleet is balanced counts. */
  readonly disturbedAt: number
  readonly happenings?: readonly Happening[]
  /** By chance unless it says so: the worse of the two. */
  readonly placement?: Placement
  /** What differs from the defaults of StreamCapacity. */
  readonly spec?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly thresholds: Thresholds
}

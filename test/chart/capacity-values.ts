import { liveSettings } from '../../src/config/capacity-file.ts'
import type { Kind } from '../../src/config/kinds/kind.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'

/** A value under `streamCapacity`, which becomes a setting of the service. */
export interface CapacityValue {
  /** Such as `streamCapacity.drain.window`. */
  readonly name: string
  readonly kind: Kind<unknown>
  readonly default: string | undefined
  readonly min: number
  readonly max: number
}

export const CAPACITY_VALUES: readonly CapacityValue[] = liveSettings(SERVE_TABLE).flatMap(
  ({ kind, live, default: text }) => {
    if (kind.bounds === undefined) return []
    // The limit of a fleet is that of each pod in it.
    const key = live === 'limit' ? 'subscribersPerPod.limit' : live
    return [{ name: `streamCapacity.${key}`, kind, default: text, ...kind.bounds }]
  },
)

export const CAPACITY_DURATIONS = CAPACITY_VALUES.filter(({ kind }) => kind.name === 'duration')
export const CAPACITY_NUMBERS = CAPACITY_VALUES.filter(({ kind }) => kind.name === 'number')

import type { Kind } from '../../src/config/kinds.ts'
import { SETTING_NAMES, settingOf } from '../../src/config/settings.ts'

/** A value under `streamCapacity`, which becomes a setting of the service. */
export interface CapacityValue {
  /** Such as `streamCapacity.drain.window`. */
  readonly name: string
  readonly kind: Kind<unknown>
  readonly default: string | undefined
  readonly min: number
  readonly max: number
}

export const CAPACITY_VALUES: readonly CapacityValue[] = SETTING_NAMES.flatMap((setting) => {
  const { kind, capacityKey, default: text } = settingOf(setting)
  if (capacityKey === undefined || kind.bounds === undefined) return []
  // The limit of the fleet is set for each of its pods.
  const key = capacityKey === 'limit' ? 'subscribersPerPod.limit' : capacityKey
  return [{ name: `streamCapacity.${key}`, kind, default: text, ...kind.bounds }]
})

export const CAPACITY_DURATIONS = CAPACITY_VALUES.filter(({ kind }) => kind.name === 'duration')
export const CAPACITY_NUMBERS = CAPACITY_VALUES.filter(({ kind }) => kind.name === 'number')

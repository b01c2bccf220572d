import type { ScalingRules } from './autoscaler-spec.ts'

/** One change of the number of replicas. */
export interface Change {
  /** In seconds. */
  readonly at: number
  readonly by: number
}

/**
 * `storeScaleEvent` of horizontal.go, for the changes of one direction. A change that is older than the longest period
 * of this direction gives its place to the new one, though a longer period of the other direction may still count it.
 */
export function storeChange(
  changes: readonly Change[],
  change: Change,
  { policies }: ScalingRules,
): readonly Change[] {
  const longest = Math.max(...policies.map(({ periodSeconds }) => periodSeconds))
  const outdated = changes.findLastIndex(({ at }) => at < change.at - longest)
  return outdated === -1 ? [...changes, change] : changes.with(outdated, change)
}

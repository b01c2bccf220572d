/** How fast the number of pods may change. The autoscalers of Kubernetes and `Direct` keep to the same. */

/** In seconds. */
export const GROWTH_PERIOD = 15

/** Within a period the fleet doubles, or grows by so many pods if that is more. */
export const GROWTH_PODS = 4

/** Longest period of a HorizontalPodAutoscaler, in seconds. */
const LONGEST_PERIOD = 1_800

/** Seconds over which one step of shrinking counts. Pods that leave must be gone before the next ones do. */
export function shrinkPeriod(drainMilliseconds: number): number {
  return Math.min(LONGEST_PERIOD, Math.max(60, Math.ceil(drainMilliseconds / 1_000)))
}

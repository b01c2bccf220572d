/** `--horizontal-pod-autoscaler-tolerance`, config/v1alpha1/defaults.go. */
const TOLERANCE = 0.1

/**
 * Replicas that a metric calls for, as `GetObjectPerPodMetricReplicas` of replica_calculator.go does for the target
 * `AverageValue`: it divides by the pods that exist, and leaves them be within the tolerance.
 */
export function proposedReplicas(usage: number, averageValue: number, existing: number): number {
  const ratio = usage / (averageValue * existing)
  // `Tolerances.isWithin`: both bounds belong to it.
  const isWithin = 1 - TOLERANCE <= ratio && ratio <= 1 + TOLERANCE
  return isWithin ? existing : Math.ceil(usage / averageValue)
}

import type { AutoscalerSpec } from './autoscaler-spec.ts'

/** `--horizontal-pod-autoscaler-tolerance`, config/v1alpha1/defaults.go. */
const TOLERANCE = 0.1

/**
 * Replicas that a metric calls for, as `GetObjectPerPodMetricReplicas` of replica_calculator.go does for the target
 * `AverageValue`. It divides by the pods that exist, and within the tolerance it answers their number: in a rolling
 * update the pods of the surge are among them.
 */
export function proposedReplicas(
  usage: number,
  { averageValue, scaleUp, scaleDown }: AutoscalerSpec,
  existing: number,
): number {
  const ratio = usage / (averageValue * existing)
  // `Tolerances.isWithin`: both bounds belong to it.
  const isWithin =
    1 - (scaleDown.tolerance ?? TOLERANCE) <= ratio && ratio <= 1 + (scaleUp.tolerance ?? TOLERANCE)
  return isWithin ? existing : Math.ceil(usage / averageValue)
}

import type { StreamCapacitySpec } from '../../../schema/stream-capacity.ts'

/** As in a HorizontalPodAutoscaler: within it the number of pods stays. */
const TOLERANCE = 0.1

/** Pods that so many streams call for, as a HorizontalPodAutoscaler would count. */
export function wantedReplicas(
  { subscribersPerPod, scaling }: StreamCapacitySpec,
  current: number,
  subscribers: number,
): number {
  const { target } = subscribersPerPod
  const held = target * current
  const isNear = Math.abs(subscribers - held) <= held * TOLERANCE
  return within(scaling, isNear ? current : Math.ceil(subscribers / target))
}

export function within(
  { minReplicas, maxReplicas }: StreamCapacitySpec['scaling'],
  replicas: number,
): number {
  return Math.max(minReplicas, Math.min(maxReplicas, replicas))
}

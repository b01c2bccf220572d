import type { AutoscalerSpec, ScalingRules } from './autoscaler-spec.ts'
import type { Change } from './store-change.ts'

/** `convertDesiredReplicasWithBehaviorRate` of horizontal.go: the policies and bounds of an autoscaler. */
export function limitChange(
  now: number,
  current: number,
  desired: number,
  spec: AutoscalerSpec,
  changes: readonly Change[],
): number {
  if (desired > current) {
    const limit = Math.max(current, growthLimit(now, current, spec.scaleUp, changes))
    return Math.min(desired, limit, spec.maxReplicas)
  }
  if (desired < current) {
    const limit = Math.min(current, shrinkLimit(now, current, spec.scaleDown, changes))
    return Math.max(desired, limit, spec.minReplicas)
  }
  return desired
}

/** `calculateScaleUpLimitWithScalingRules`: a share is rounded up, or a small fleet would never grow. */
function growthLimit(
  now: number,
  current: number,
  { selectPolicy, policies }: ScalingRules,
  changes: readonly Change[],
): number {
  if (selectPolicy === 'Disabled') return current
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const start = replicasAtStart(now, current, periodSeconds, changes)
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100))
  })
  return selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits)
}

/** `calculateScaleDownLimitWithBehaviors`: what remains is cut down to a whole number, so a share is rounded up too. */
function shrinkLimit(
  now: number,
  current: number,
  { selectPolicy, policies }: ScalingRules,
  changes: readonly Change[],
): number {
  if (selectPolicy === 'Disabled') return current
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const start = replicasAtStart(now, current, periodSeconds, changes)
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100))
  })
  return selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits)
}

/** `getReplicasChangePerPeriod`: only changes after the start of the period count, not one at its very moment. */
function replicasAtStart(
  now: number,
  current: number,
  period: number,
  changes: readonly Change[],
): number {
  const recent = changes.filter(({ at }) => at > now - period)
  return current - recent.reduce((sum, { by }) => sum + by, 0)
}

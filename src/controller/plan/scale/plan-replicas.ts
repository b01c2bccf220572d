/** Provider `Direct`: the controller does itself what a HorizontalPodAutoscaler does elsewhere. */
import type { StreamCapacitySpec } from '../../../schema/stream-capacity.ts'
import type { SubscriberCount } from '../../fleet/pod-state.ts'
import type { FleetMemory } from '../fleet-plan.ts'
import { GROWTH_PERIOD, GROWTH_PODS } from './pace.ts'
import { wantedReplicas, within } from './wanted-replicas.ts'

type ScalingMemory = Pick<FleetMemory, 'recommendations' | 'changes'>

export interface ScalingInput {
  readonly now: number
  readonly spec: StreamCapacitySpec
  /** Pods that the Deployment asks for; 0 switches scaling off, as for any autoscaler. */
  readonly current: number
  readonly count: SubscriberCount
  /** Pods are being replaced or leave, and streams with them. */
  readonly mayShrink: boolean
  /** In seconds. */
  readonly shrinkPeriod: number
  readonly memory: ScalingMemory
}

export interface ScalingDecision {
  /** Undefined where the number stays. */
  readonly replicas: number | undefined
  readonly memory: ScalingMemory
}

export function planReplicas(input: ScalingInput): ScalingDecision {
  const { current, now } = input
  const recommendations = recommend(input)
  const longest = Math.max(GROWTH_PERIOD, input.shrinkPeriod)
  const changes = input.memory.changes.filter(({ at }) => now - at < longest * 1_000)
  const replicas = decide(input, recommendations, changes)
  if (replicas === current) {
    return { replicas: undefined, memory: { recommendations, changes } }
  }
  const change = { at: now, by: replicas - current }
  return { replicas, memory: { recommendations, changes: [...changes, change] } }
}

function decide(
  { now, spec: { scaling }, current, count, mayShrink, shrinkPeriod }: ScalingInput,
  recommendations: ScalingMemory['recommendations'],
  changes: ScalingMemory['changes'],
): number {
  if (current === 0) return 0
  if (!count.isKnown) return Math.max(current, scaling.minReplicas)
  const wanted = recommendations.at(-1)?.replicas ?? current
  const lately = (seconds: number, sign: 1 | -1) =>
    changes
      .filter(({ at, by }) => now - at < seconds * 1_000 && by * sign > 0)
      .reduce((sum, { by }) => sum + Math.abs(by), 0)

  if (wanted > current) {
    const before = current - lately(GROWTH_PERIOD, 1)
    const most = Math.max(before * 2, before + GROWTH_PODS)
    return Math.max(current, scaling.minReplicas, Math.min(wanted, most))
  }
  if (!mayShrink) return current
  if (current > scaling.maxReplicas) return scaling.maxReplicas
  const enough = within(scaling, recommendations[0]?.replicas ?? current)
  const before = current + lately(shrinkPeriod, -1)
  const step = Math.max(1, Math.floor((before * scaling.scaleDown.maxPercent) / 100))
  return Math.min(current, Math.max(enough, before - step))
}

/**
 * The recommendations within the stabilization time, without those that a later one as high makes pointless: so the
 * first one is the highest, and the last one the newest. The first recommendation ever is the number of pods there is.
 */
function recommend({
  now,
  spec,
  current,
  count,
  memory,
}: ScalingInput): ScalingMemory['recommendations'] {
  const oldest = now - spec.scaling.scaleDown.stabilizationSeconds * 1_000
  const recent = memory.recommendations.filter(({ at }) => at > oldest)
  if (!count.isKnown || current === 0) return recent
  const wanted = wantedReplicas(spec, current, count.subscribers)
  const seen =
    recent.length === 0 && memory.recommendations.length === 0
      ? [{ at: now, replicas: current }]
      : recent
  return [...seen.filter(({ replicas }) => replicas > wanted), { at: now, replicas: wanted }]
}

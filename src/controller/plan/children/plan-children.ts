import type { Child, FleetState } from '../fleet-plan.ts'
import type { FleetFacts } from '../fleet-facts.ts'
import { shrinkPeriod } from '../scale/pace.ts'
import { capacityFile } from './capacity-file.ts'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import { podDisruptionBudget } from './pod-disruption-budget.ts'
import { scaledObject } from './scaled-object.ts'

/** The objects that a fleet is to have, those among them whose place is taken too: it may become free at any time. */
export function planChildren(state: FleetState, facts: FleetFacts): readonly Child[] {
  const { metadata, spec, olderRivals } = state
  if (olderRivals.length > 0) return []
  return [
    capacityFile(metadata, spec, facts.drain.text),
    ...(facts.deployment === undefined
      ? []
      : [podDisruptionBudget(metadata, facts.deployment), ...autoscaler(state, facts)]),
  ]
}

/**
 * None beside another autoscaler of the same pods: each of the two would be disabled. One whose metric nobody serves
 * stays, since it keeps to the bounds and goes on by itself when the metric is back.
 */
function autoscaler(
  { metadata, spec, providers }: FleetState,
  { choice: { provider }, autoscalers, current, drain }: FleetFacts,
): readonly Child[] {
  if (autoscalers.foreign !== undefined || autoscalers.leftover !== undefined) return []
  const period = shrinkPeriod(drain.milliseconds)
  if (provider === 'CustomMetrics') return [horizontalPodAutoscaler(metadata, spec, period)]
  if (provider !== 'KEDA' || !providers.hasKeda) return []
  const { metricUrl } = providers
  return [
    scaledObject(metadata, spec, { shrinkPeriod: period, metricUrl, isPaused: current === 0 }),
  ]
}

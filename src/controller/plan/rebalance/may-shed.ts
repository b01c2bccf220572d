import type { FleetFacts } from '../fleet-facts.ts'
import type { FleetState } from '../fleet-plan.ts'

/** Streams move on purpose only where nothing else moves them, and where every count is fresh. */
export function mayShed({ spec, pods }: FleetState, facts: FleetFacts): boolean {
  const { count, current, wanted, movement, obstacles, autoscalers } = facts
  const desired = autoscalers.own?.status?.desiredReplicas ?? current
  return (
    spec.rebalance.enabled &&
    obstacles.every(({ stops }) => stops !== 'everything') &&
    count.isKnown &&
    movement === undefined &&
    desired === current &&
    (wanted ?? current) === current &&
    // A pod that never serves has no streams, and may stay so for ever.
    pods.every(
      ({ isRunning, isReady, silence, snapshot }) =>
        !isRunning || (silence === undefined && (snapshot !== undefined || !isReady)),
    )
  )
}

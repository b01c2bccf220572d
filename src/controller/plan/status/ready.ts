import type { FleetFacts } from '../fleet-facts.ts'
import type { FleetState } from '../fleet-plan.ts'
import { isScalingBroken } from './scaling-active.ts'
import type { Verdict } from './verdict.ts'

export interface OtherVerdicts {
  readonly ScalingActive: Verdict
  readonly CapacityAvailable: Verdict
  readonly Balanced: Verdict
  readonly PodsReachable: Verdict
}

/**
 * Whether the fleet serves and is looked after. Load alone never makes it unready. The reason is that of the gravest
 * thing to know, since it is the one that `kubectl get` shows.
 */
export function ready(state: FleetState, facts: FleetFacts, others: OtherVerdicts): Verdict {
  const { ScalingActive, CapacityAvailable, PodsReachable } = others
  const [obstacle] = facts.obstacles
  if (obstacle !== undefined) {
    const { reason, message } = obstacle
    return { status: 'False', reason, message, event: 'Warning' }
  }
  // That no pod is ready follows from it.
  if (ScalingActive.reason === 'ScaledToZero') return ScalingActive
  if (CapacityAvailable.reason === 'NoReadyPods') return CapacityAvailable
  if (isScalingBroken(facts, ScalingActive)) return ScalingActive
  const worth = [PodsReachable, CapacityAvailable].find(({ event }) => event === 'Warning')
  if (worth !== undefined) return { ...worth, status: 'True' }
  return drainTooLong(state, facts) ?? AS_SPECIFIED
}

const AS_SPECIFIED: Verdict = {
  status: 'True',
  reason: 'AsSpecified',
  message: 'The fleet is as specified.',
  event: 'Normal',
}

function drainTooLong({ spec }: FleetState, { drain }: FleetFacts): Verdict | undefined {
  if (drain.cut === undefined) return undefined
  const { grace, neededGrace } = drain.cut
  const message =
    `Pods are told to drain over ${drain.text} instead of ${spec.drain.window}, since they are killed after ${grace}s. ` +
    `Set terminationGracePeriodSeconds of Deployment ${spec.targetRef.name} to ${neededGrace} or more, or shorten ` +
    'spec.drain.window.'
  return { status: 'True', reason: 'DrainWindowCut', message, event: 'Warning' }
}

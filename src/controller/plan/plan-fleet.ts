import type { PodState } from '../fleet/pod-state.ts'
import { planChildren } from './children/plan-children.ts'
import { isManaged } from './choose-provider.ts'
import { planDeletionCosts, type CostPlan } from './deletion-costs.ts'
import { fleetFacts, type FleetFacts } from './fleet-facts.ts'
import type { FleetMemory, FleetPlan, FleetState } from './fleet-plan.ts'
import { carryOver } from './memory.ts'
import { planEvents } from './plan-events.ts'
import { mayShed } from './rebalance/may-shed.ts'
import { planSheds, type ShedPlan } from './rebalance/plan-sheds.ts'
import { spreadOf, type Spread } from './rebalance/spread.ts'
import { shrinkPeriod } from './scale/pace.ts'
import { planReplicas, type ScalingDecision } from './scale/plan-replicas.ts'
import { balanced } from './status/balanced.ts'
import { capacityAvailable } from './status/capacity-available.ts'
import { planStatus } from './status/plan-status.ts'
import { podsReachable } from './status/pods-reachable.ts'
import { reconciling, stalled } from './status/progress.ts'
import { ready } from './status/ready.ts'
import { scalingActive } from './status/scaling-active.ts'
import type { Verdict } from './status/verdict.ts'

/** In ms. Waiting times end within it, and what an observation missed is seen then. */
const PLAN_AGAIN_IN = 5_000

/** All that is to be done for a fleet as it stands. The state decides alone: there is no clock and no I/O in here. */
export function planFleet(state: FleetState): FleetPlan {
  const facts = fleetFacts(state)
  const memory = carryOver(state.memory, state.now)
  const spread = spreadOf(state.pods, state.spec.rebalance, isRebalancing(state))
  const scaling = scale(state, facts, memory)
  const costs = deletionCosts(state, facts, memory, scaling.replicas)
  const shed = rebalance(state, facts, memory, spread)
  const verdicts = judge(state, facts, spread)
  const { status, countsAt } = planStatus(state, facts, verdicts, memory.countsAt)
  return {
    children: planChildren(state, facts),
    replicas: scaling.replicas,
    deletionCosts: costs.deletionCosts,
    sheds: shed.sheds,
    status,
    events: planEvents(state.status, status, verdicts),
    planAgainIn: PLAN_AGAIN_IN,
    memory: {
      ...memory,
      ...scaling.memory,
      costsAt: costs.writtenAt,
      countsAt,
      sheds: shed.memory,
    },
  }
}

function isRebalancing({ status }: FleetState): boolean {
  return (status.conditions ?? []).some((one) => one.type === 'Balanced' && one.status === 'False')
}

function scale(state: FleetState, facts: FleetFacts, memory: FleetMemory): ScalingDecision {
  const { autoscalers, choice, count, current, drain, movement, obstacles } = facts
  const isStopped =
    choice.provider !== 'Direct' ||
    autoscalers.leftover !== undefined ||
    obstacles.some(({ stops }) => stops !== 'a child')
  if (isStopped) return { replicas: undefined, memory: { recommendations: [], changes: [] } }
  return planReplicas({
    now: state.now,
    spec: state.spec,
    current,
    count,
    mayShrink: (movement === undefined || movement === 'start') && state.pods.every(hasBeenAsked),
    shrinkPeriod: shrinkPeriod(drain.milliseconds),
    memory,
  })
}

/** The streams of a pod that was not asked yet are no part of the count. */
function hasBeenAsked({ silence }: PodState): boolean {
  return silence?.reason !== 'unasked'
}

function deletionCosts(
  { now, pods, spec }: FleetState,
  { choice, current, obstacles, wanted }: FleetFacts,
  { costsAt }: FleetMemory,
  replicas: number | undefined,
): CostPlan {
  const isStopped = obstacles.some(({ stops }) => stops !== 'a child')
  if (isStopped || !isManaged(choice.provider)) return { deletionCosts: [], writtenAt: costsAt }
  const shrinksNow = replicas !== undefined && replicas < current
  const shrinksSoon = wanted !== undefined && wanted < current
  return planDeletionCosts({
    now,
    pods,
    target: spec.subscribersPerPod.target,
    shrinks: shrinksNow ? 'now' : shrinksSoon ? 'soon' : 'no',
    writtenAt: costsAt,
  })
}

function rebalance(
  state: FleetState,
  facts: FleetFacts,
  memory: FleetMemory,
  spread: Spread,
): ShedPlan {
  if (!mayShed(state, facts)) return { sheds: [], memory: memory.sheds }
  const { maxPercentPerMinute } = state.spec.rebalance
  return planSheds({ now: state.now, spread, maxPercentPerMinute, memory })
}

/** The conditions, in the order in which people read them. */
function judge(
  state: FleetState,
  facts: FleetFacts,
  spread: Spread,
): Readonly<Record<string, Verdict | undefined>> {
  const others = {
    ScalingActive: scalingActive(state, facts),
    CapacityAvailable: capacityAvailable(state, facts),
    Balanced: balanced(state, facts, spread),
    PodsReachable: podsReachable(state.pods),
  }
  return {
    Ready: ready(state, facts, others),
    ...others,
    Reconciling: reconciling(facts),
    Stalled: stalled(facts),
  }
}

import { countSubscribers } from '../fleet/count-subscribers.ts'
import type { SubscriberCount } from '../fleet/pod-state.ts'
import type { Deployment } from '../objects/workloads.ts'
import { sortAutoscalers, type Autoscalers } from './autoscalers.ts'
import { chooseProvider, isManaged, type ProviderChoice } from './choose-provider.ts'
import { drainWindow, type DrainWindow } from './drain-window.ts'
import type { FleetState } from './fleet-plan.ts'
import { movementOf, type Movement } from './movement.ts'
import { findObstacles, type Obstacle } from './obstacles.ts'
import { wantedReplicas } from './scale/wanted-replicas.ts'

/** What follows from the state of a fleet, and several parts of its plan need. */
export interface FleetFacts {
  /** Undefined where there is none, or it is being deleted. */
  readonly deployment: Deployment | undefined
  /** Pods that it asks for. */
  readonly current: number
  readonly count: SubscriberCount
  /** Pods that the count calls for; undefined where nobody knows, or this controller does not see to it. */
  readonly wanted: number | undefined
  readonly movement: Movement | undefined
  readonly choice: ProviderChoice
  readonly autoscalers: Autoscalers
  /** The gravest first. */
  readonly obstacles: readonly Obstacle[]
  readonly drain: DrainWindow
}

export function fleetFacts(state: FleetState): FleetFacts {
  const { spec, pods } = state
  const deployment =
    state.deployment?.metadata.deletionTimestamp === undefined ? state.deployment : undefined
  const current = deployment === undefined ? 0 : (deployment.spec.replicas ?? 1)
  const count = countSubscribers(pods)
  const choice = chooseProvider(spec.scaling.provider, state.providers)
  const autoscalers = sortAutoscalers(state, choice.provider)
  const isCounted = count.isKnown && current > 0 && isManaged(choice.provider)
  return {
    deployment,
    current,
    count,
    wanted: isCounted ? wantedReplicas(spec, current, count.subscribers) : undefined,
    movement: deployment === undefined ? undefined : movementOf(deployment, pods),
    choice,
    autoscalers,
    obstacles: findObstacles(state, { deployment, choice, autoscalers }),
    drain: drainWindow(spec.drain.window, deployment),
  }
}

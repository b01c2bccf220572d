import type { HorizontalPodAutoscaler } from '../objects/children.ts'
import type { Metadata, OwnerReference } from '../objects/metadata.ts'
import type { Provider } from './choose-provider.ts'
import type { FleetState } from './fleet-plan.ts'

export interface Autoscalers {
  /** Made by the provider of the fleet. */
  readonly own: HorizontalPodAutoscaler | undefined
  /** Left by another provider of this fleet, and about to go. */
  readonly leftover: HorizontalPodAutoscaler | undefined
  readonly foreign: HorizontalPodAutoscaler | undefined
}

/** Whose the HorizontalPodAutoscalers of a Deployment are. Two that act on the same pods would disable each other. */
export function sortAutoscalers(state: FleetState, provider: Provider): Autoscalers {
  const owners = state.autoscalers.map((autoscaler) => ({
    autoscaler,
    maker: makerOf(state, autoscaler.metadata),
  }))
  const find = (accepts: (maker: Provider | undefined) => boolean) =>
    owners.find(({ maker }) => accepts(maker))?.autoscaler
  return {
    own: find((maker) => maker === provider),
    leftover: find((maker) => maker !== undefined && maker !== provider),
    foreign: find((maker) => maker === undefined),
  }
}

/** Which provider of this fleet made an autoscaler; undefined for one of somebody else. */
function makerOf(state: FleetState, autoscaler: Metadata): Provider | undefined {
  const owner = controllerOf(autoscaler)
  if (owner === undefined) return undefined
  if (owner.uid === state.metadata.uid) return 'CustomMetrics'
  if (owner.kind !== 'ScaledObject' || owner.name !== state.metadata.name) return undefined
  // KEDA's autoscaler outlives its ScaledObject for a moment.
  if (state.scaledObject === undefined) return 'KEDA'
  const { metadata } = state.scaledObject
  const isOurs = controllerOf(metadata)?.uid === state.metadata.uid
  return isOurs && owner.uid === metadata.uid ? 'KEDA' : undefined
}

function controllerOf({ ownerReferences }: Metadata): OwnerReference | undefined {
  return ownerReferences?.find(({ controller }) => controller === true)
}

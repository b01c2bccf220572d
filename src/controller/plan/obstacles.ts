import type { Deployment } from '../objects/workloads.ts'
import type { Autoscalers } from './autoscalers.ts'
import { isManaged, type ProviderChoice } from './choose-provider.ts'
import type { FleetState } from './fleet-plan.ts'

/** What only people can clear away. */
export interface Obstacle {
  readonly reason: string
  /** It says what to do. */
  readonly message: string
  /** What cannot be done for the fleet because of it. */
  readonly stops: 'everything' | 'scaling' | 'a child'
}

interface Known {
  readonly deployment: Deployment | undefined
  readonly choice: ProviderChoice
  readonly autoscalers: Autoscalers
}

/** All that stands in the way of a fleet, the gravest first. */
export function findObstacles(state: FleetState, known: Known): readonly Obstacle[] {
  const everything = ownedByRival(state) ?? targetMissing(state, known)
  if (everything !== undefined) return [everything]
  const scaling = [foreignAutoscaler(state, known), providerMissing(state, known)]
  const refused: readonly Obstacle[] =
    state.failure === undefined ? [] : [{ ...state.failure, stops: 'a child' }]
  return [
    ...scaling.filter((obstacle) => obstacle !== undefined),
    ...refused,
    ...conflicts(state, known),
  ]
}

function ownedByRival({ olderRivals, spec }: FleetState): Obstacle | undefined {
  const [owner] = olderRivals
  if (owner === undefined) return undefined
  const message =
    `Deployment ${spec.targetRef.name} belongs to the older StreamCapacity ${owner}, so this one does nothing. ` +
    'Delete one of the two, or give this one another spec.targetRef.'
  return { reason: 'TargetTaken', message, stops: 'everything' }
}

function targetMissing({ spec }: FleetState, { deployment }: Known): Obstacle | undefined {
  if (deployment !== undefined) return undefined
  const message =
    `There is no Deployment ${spec.targetRef.name} in this namespace. Create it, or correct ` +
    'spec.targetRef.name.'
  return { reason: 'TargetNotFound', message, stops: 'everything' }
}

function foreignAutoscaler(
  { spec }: FleetState,
  { choice, autoscalers: { foreign } }: Known,
): Obstacle | undefined {
  if (foreign === undefined || !isManaged(choice.provider)) return undefined
  const message =
    `HorizontalPodAutoscaler ${foreign.metadata.name} of somebody else scales Deployment ` +
    `${spec.targetRef.name}. Two would work against each other, so this fleet is not scaled on its streams. Delete ` +
    'it, or set spec.scaling.provider to External.'
  return { reason: 'ForeignAutoscaler', message, stops: 'scaling' }
}

/** What each provider needs of the cluster. `Auto` chooses none that cannot work. */
function providerMissing({ providers }: FleetState, { choice }: Known): Obstacle | undefined {
  if (choice.provider === 'KEDA' && !providers.hasKeda) {
    return {
      reason: 'KedaMissing',
      message:
        'spec.scaling.provider is KEDA, and the cluster has no ScaledObjects. Install KEDA, or set ' +
        'spec.scaling.provider to Auto.',
      stops: 'scaling',
    }
  }
  if (choice.provider !== 'CustomMetrics' || providers.metricsApi === 'ours') return undefined
  return providers.metricsApi === 'foreign'
    ? {
        reason: 'MetricsApiForeign',
        message:
          'spec.scaling.provider is CustomMetrics, and another server serves custom.metrics.k8s.io, which ' +
          'only one can. Set spec.scaling.provider to KEDA or Direct, or remove the other server.',
        stops: 'scaling',
      }
    : {
        reason: 'MetricsApiMissing',
        message:
          'spec.scaling.provider is CustomMetrics, and this controller is not registered for ' +
          'custom.metrics.k8s.io. Install the chart with metricsApi.register=true, or set spec.scaling.provider ' +
          'to Auto.',
        stops: 'scaling',
      }
}

const SCALERS: readonly string[] = ['HorizontalPodAutoscaler', 'ScaledObject']

function conflicts(state: FleetState, { choice }: Known): readonly Obstacle[] {
  return state.conflicts
    .filter(({ kind }) => !SCALERS.includes(kind) || kind === scalerOf(choice))
    .map(({ kind, name }) => ({
      reason: 'Conflict',
      message:
        `${kind} ${name} exists and does not belong to this StreamCapacity, so it is left as it is. Delete or ` +
        'rename it.',
      stops: SCALERS.includes(kind) ? 'scaling' : 'a child',
    }))
}

function scalerOf({ provider }: ProviderChoice): string | undefined {
  if (provider === 'CustomMetrics') return 'HorizontalPodAutoscaler'
  return provider === 'KEDA' ? 'ScaledObject' : undefined
}

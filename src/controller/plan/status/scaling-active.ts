import type { HorizontalPodAutoscaler, ScaledObject } from '../../objects/children.ts'
import { isManaged } from '../choose-provider.ts'
import type { FleetFacts } from '../fleet-facts.ts'
import type { FleetState } from '../fleet-plan.ts'
import type { Verdict } from './verdict.ts'

/** Whether the number of pods follows the number of streams, and through whom. */
export function scalingActive(state: FleetState, facts: FleetFacts): Verdict {
  const { choice, autoscalers, current, count, obstacles } = facts
  const { provider, why } = choice
  const obstacle = obstacles.find(({ stops }) => stops !== 'a child')
  if (obstacle !== undefined) {
    const { reason, message } = obstacle
    return { status: 'False', reason, message, event: 'Warning' }
  }
  if (provider === 'None') {
    const message = 'Nobody changes the number of pods: spec.scaling.provider is None.'
    return { status: 'False', reason: 'None', message, event: 'Normal' }
  }
  if (provider === 'External') return external(state, facts)
  if (autoscalers.leftover !== undefined) {
    const { name } = autoscalers.leftover.metadata
    const message = `${why} It begins when HorizontalPodAutoscaler ${name} of the provider before is gone.`
    return { status: 'Unknown', reason: 'HandingOver', message }
  }
  if (current === 0) {
    const message =
      `Deployment ${state.spec.targetRef.name} is set to 0 pods, which switches scaling off. Scale it to 1 or more ` +
      'to go on.'
    return { status: 'False', reason: 'ScaledToZero', message, event: 'Warning' }
  }
  if (!count.isKnown) {
    const message =
      'The number of streams is unknown, so the number of pods does not follow it: most pods do not answer, or none ' +
      'is ready. The conditions PodsReachable and CapacityAvailable say why.'
    const verdict = { status: 'False', reason: 'CountUnknown', message } as const
    // Every fleet begins without a ready pod.
    return state.pods.some(({ isReady }) => isReady) ? { ...verdict, event: 'Warning' } : verdict
  }
  if (provider === 'Direct') {
    return { status: 'True', reason: 'Direct', message: why, event: 'Normal' }
  }
  return refusedByKeda(facts, state.scaledObject) ?? readAutoscaler(facts, autoscalers.own)
}

/** KEDA makes no autoscaler of a ScaledObject that it cannot follow. */
function refusedByKeda(
  { choice: { provider } }: FleetFacts,
  scaledObject: ScaledObject | undefined,
): Verdict | undefined {
  const refused = scaledObject?.status?.conditions?.find(
    ({ type, status }) => type === 'Ready' && status === 'False',
  )
  if (provider !== 'KEDA' || scaledObject === undefined || refused === undefined) return undefined
  const { name } = scaledObject.metadata
  const message =
    `KEDA does not scale by ScaledObject ${name}: ${refused.reason ?? refused.type}. See what it says with: ` +
    `kubectl describe scaledobject ${name}`
  return { status: 'False', reason: 'AutoscalerFails', message, event: 'Warning' }
}

function external({ spec }: FleetState, { autoscalers }: FleetFacts): Verdict {
  const { name } = spec.targetRef
  if (autoscalers.foreign !== undefined) {
    const message = `HorizontalPodAutoscaler ${autoscalers.foreign.metadata.name} scales Deployment ${name}.`
    return { status: 'True', reason: 'External', message, event: 'Normal' }
  }
  const message =
    `spec.scaling.provider is External, and no HorizontalPodAutoscaler targets Deployment ${name}. Create one, or ` +
    'set spec.scaling.provider to Auto.'
  return { status: 'False', reason: 'AutoscalerMissing', message, event: 'Warning' }
}

/** A condition of the autoscaler that is absent says nothing yet. */
function readAutoscaler(
  { choice: { provider, why } }: FleetFacts,
  autoscaler: HorizontalPodAutoscaler | undefined,
): Verdict {
  const conditions = autoscaler?.status?.conditions ?? []
  const failed = conditions.find(
    ({ type, status }) =>
      (type === 'ScalingActive' || type === 'AbleToScale') && status === 'False',
  )
  if (failed !== undefined) {
    const name = autoscaler?.metadata.name ?? ''
    const message =
      `HorizontalPodAutoscaler ${name} does not scale: ${failed.reason ?? failed.type}. See what it says with: ` +
      `kubectl describe hpa ${name}`
    return { status: 'False', reason: 'AutoscalerFails', message, event: 'Warning' }
  }
  const hasBegun = conditions.some(
    ({ type, status }) => type === 'ScalingActive' && status === 'True',
  )
  return hasBegun
    ? { status: 'True', reason: provider, message: why, event: 'Normal' }
    : { status: 'Unknown', reason: 'AutoscalerStarting', message: `${why} It has not scaled yet.` }
}

/** Whether a fleet that ought to be scaled is not. */
export function isScalingBroken({ choice }: FleetFacts, verdict: Verdict): boolean {
  return isManaged(choice.provider) && verdict.status === 'False'
}

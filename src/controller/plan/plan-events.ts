import type { Condition, StreamCapacityStatus } from '../../schema/stream-capacity.ts'
import type { PlannedEvent } from './fleet-plan.ts'
import type { Verdict } from './status/verdict.ts'

/**
 * What has changed since the stored status, in sentences. Conditions that share a reason, as Ready does with others,
 * make one event. The first plan of a fleet tells only by whom it is scaled, and what people have to clear away.
 */
export function planEvents(
  stored: StreamCapacityStatus,
  fresh: StreamCapacityStatus,
  verdicts: Readonly<Record<string, Verdict | undefined>>,
): readonly PlannedEvent[] {
  const told = new Set<string>()
  const events = Object.entries(verdicts).flatMap(([type, verdict]) => {
    const before = stored.conditions?.find((condition) => condition.type === type)
    if (verdict?.event === undefined || told.has(verdict.reason)) return []
    if (!isNews(type, verdict, before, stored)) return []
    told.add(verdict.reason)
    return [{ type: verdict.event, reason: verdict.reason, message: verdict.message }]
  })
  return [...events, ...scaled(stored, fresh)]
}

function isNews(
  type: string,
  { status, reason, event }: Verdict,
  before: Condition | undefined,
  { conditions = [] }: StreamCapacityStatus,
): boolean {
  if (before === undefined) return type === 'ScalingActive' || type === 'Stalled'
  if (before.reason === reason) return false
  if (event === 'Warning') return !conditions.some((one) => one.reason === reason)
  return status === 'False' || before.status === 'False' || type === 'ScalingActive'
}

/** Whoever changed the number of pods. */
function scaled(
  { replicas: before }: StreamCapacityStatus,
  { replicas: after }: StreamCapacityStatus,
): readonly PlannedEvent[] {
  if (before === undefined || after === undefined || before === after) return []
  const reason = after > before ? 'ScaledUp' : 'ScaledDown'
  const message = `The Deployment has ${after} pod${after === 1 ? '' : 's'}, after ${before}.`
  return [{ type: 'Normal', reason, message }]
}

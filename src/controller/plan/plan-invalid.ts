import type { StreamCapacityStatus, SpecProblem } from '../../schema/stream-capacity.ts'
import type { Metadata } from '../objects/metadata.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { planEvents } from './plan-events.ts'
import { conditionsFrom } from './status/conditions.ts'
import type { Verdict } from './status/verdict.ts'

/**
 * What to say of an object that breaks rules: one stored before its CRD had them. Everything else stays as it is,
 * since a fleet that serves is better than one that was torn down over a typo.
 */
export function planInvalid(
  metadata: Metadata,
  stored: StreamCapacityStatus,
  problems: readonly SpecProblem[],
  now: number,
): Pick<FleetPlan, 'status' | 'events'> {
  const found = problems.map(({ field, message }) => `${field}: ${message}.`).join(' ')
  const message = `The spec breaks rules, so the fleet is left as it is. ${found} Correct it with kubectl edit.`
  const invalid: Verdict = { status: 'False', reason: 'InvalidSpec', message, event: 'Warning' }
  const verdicts = { Ready: invalid, Stalled: { ...invalid, status: 'True' } as const }
  const { generation = 0 } = metadata
  const status = {
    ...stored,
    observedGeneration: generation,
    conditions: conditionsFrom(verdicts, stored.conditions ?? [], now, generation),
  }
  return { status, events: planEvents(stored, status, verdicts) }
}

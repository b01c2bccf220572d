import type { Condition } from '../../../schema/stream-capacity.ts'
import type { Verdict } from './verdict.ts'

/** The conditions to store, in the order of the verdicts. One without a verdict is absent. */
export function conditionsFrom(
  verdicts: Readonly<Record<string, Verdict | undefined>>,
  stored: readonly Condition[],
  now: number,
  generation: number,
): readonly Condition[] {
  return Object.entries(verdicts).flatMap(([type, verdict]) => {
    if (verdict === undefined) return []
    const { status, reason, message } = verdict
    const before = stored.find((condition) => condition.type === type)
    const lastTransitionTime =
      before?.status === status ? before.lastTransitionTime : formatSeconds(now)
    return [{ type, status, reason, message, observedGeneration: generation, lastTransitionTime }]
  })
}

/** As the API server writes times. */
function formatSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

import type { Condition } from '../../schema/stream-capacity.ts'

/** A condition as it is found; the merge adds what depends on the stored one. */
export type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/**
 * The conditions to store: exactly the types of `found`, in the order in which they are stored already, new
 * ones behind. `lastTransitionTime` moves only with `status`, so that finding the same again writes nothing.
 */
export function mergeConditions(
  stored: readonly Condition[],
  found: readonly NewCondition[],
  { now, generation }: { readonly now: number; readonly generation: number | undefined },
): Condition[] {
  const order = stored.map(({ type }) => type)
  const known = found.filter(({ type }) => order.includes(type))
  const added = found.filter(({ type }) => !order.includes(type))
  known.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
  return [...known, ...added].map(({ type, status, reason, message }) => {
    const before = stored.find((condition) => condition.type === type)
    const isSame = before !== undefined && before.status === status
    return {
      type,
      status,
      reason,
      message,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime: isSame ? before.lastTransitionTime : formatTime(now),
    }
  })
}

/** RFC 3339 in whole seconds, as the API server stores it. */
function formatTime(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')
}

import type { AppendResult, IdempotencyKey, NewEvent } from '../event-log.ts'
import type { RedisLogBounds } from './redis-log-bounds.ts'
import { ENTRY_OVERHEAD_BYTES } from './script-parts.ts'

/** Events of one command: as many as one publish may have. A script blocks its server while it runs. */
const MAX_EVENTS = 500
const MAX_BYTES = 256 * 1024

/** One append of several that wait to be sent. */
export interface WaitingAppend {
  readonly events: readonly NewEvent[]
  readonly key: IdempotencyKey | undefined
}

/**
 * Splits appends to a channel into runs that one command can carry, in their order. What is joined is accepted where each
 * alone would be: one that is too large for the history stays alone, as does one with a key, whose answer may be an
 * older one.
 */
export function joinRuns<T extends WaitingAppend>(
  appends: readonly T[],
  { historyEvents, historyBytes }: Pick<RedisLogBounds, 'historyEvents' | 'historyBytes'>,
): readonly (readonly T[])[] {
  const maxEvents = Math.min(MAX_EVENTS, historyEvents)
  const maxBytes = Math.min(MAX_BYTES, historyBytes)
  const runs: T[][] = []
  let [count, bytes] = [0, 0]
  for (const append of appends) {
    const size = append.events.reduce((sum, event) => sum + sizeOf(event), 0)
    count += append.events.length
    bytes += size
    const last = runs.at(-1)
    const isAlone = append.key !== undefined || last?.[0]!.key !== undefined
    if (last === undefined || isAlone || count > maxEvents || bytes > maxBytes) {
      ;[count, bytes] = [append.events.length, size]
      runs.push([append])
    } else {
      last.push(append)
    }
  }
  return runs
}

/** The share of each append in the answer to the command that carried all of them. */
export function sharesOf(
  appends: readonly WaitingAppend[],
  result: AppendResult,
): readonly AppendResult[] {
  // Of several no key was sent, so that the result of each is its own.
  if (result.kind !== 'accepted' || appends.length === 1) return appends.map(() => result)
  let next = result.first
  return appends.map(({ events: { length: count } }) => {
    const first = next
    next += count
    return { ...result, first, count }
  })
}

/** As the script counts it. */
function sizeOf({ name, data, trace }: NewEvent): number {
  const texts = [name, data, trace?.traceparent ?? '', trace?.tracestate ?? '']
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), ENTRY_OVERHEAD_BYTES)
}

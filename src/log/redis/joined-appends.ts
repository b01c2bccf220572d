import type { AppendResult, IdempotencyKey, NewEvent } from '../event-log.ts'
import type { RedisLogBounds } from './redis-log-bounds.ts'
import { ENTRY_OVERHEAD_BYTES } from './script-parts.ts'

/** Events of one command: as many as one publish may have. A script blocks its server while it runs. */
const MAX_EVENTS = 500
const MAX_BYTES = 256 * 1024
/** Channels of one command. One that must be repaired costs the server as much as dozens of others. */
const MAX_CHANNELS = 64

/** One append of several that wait to be sent. */
export interface WaitingAppend {
  readonly events: readonly NewEvent[]
  readonly key: IdempotencyKey | undefined
}

/** Appends to one channel that one command carries as one. */
export interface JoinedAppends {
  readonly appends: readonly WaitingAppend[]
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
  const events = Math.min(MAX_EVENTS, historyEvents)
  return gather(appends, (append) => [append], { events, bytes: Math.min(MAX_BYTES, historyBytes) })
}

/** Splits runs into those that share a command, in their order. What has a key stays alone. */
export function shareCommands<T extends JoinedAppends>(
  runs: readonly T[],
): readonly (readonly T[])[] {
  const limits = { events: MAX_EVENTS, bytes: MAX_BYTES, items: MAX_CHANNELS }
  return gather(runs, ({ appends }) => appends, limits)
}

interface Limits {
  readonly events: number
  readonly bytes: number
  readonly items?: number
}

/** Groups neighbours until a limit is reached. An item beyond the limits, or with a key, is a group by itself. */
function gather<T>(
  items: readonly T[],
  appendsOf: (item: T) => readonly WaitingAppend[],
  limits: Limits,
): readonly (readonly T[])[] {
  const groups: T[][] = []
  let [count, bytes] = [0, 0]
  let isClosed = true
  for (const item of items) {
    const appends = appendsOf(item)
    const events = sumOf(appends, (append) => append.events.length)
    const size = sumOf(appends, (append) => sumOf(append.events, sizeOf))
    const isAlone = appends[0]!.key !== undefined
    count += events
    bytes += size
    const last = groups.at(-1)
    const isFull = count > limits.events || bytes > limits.bytes || last?.length === limits.items
    if (last === undefined || isClosed || isAlone || isFull) {
      ;[count, bytes] = [events, size]
      groups.push([item])
    } else {
      last.push(item)
    }
    isClosed = isAlone
  }
  return groups
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
  return ENTRY_OVERHEAD_BYTES + sumOf(texts, (text) => Buffer.byteLength(text))
}

function sumOf<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amountOf(item), 0)
}

import type { LogEvent } from '../log/event-log.ts'

/** Memory of an event besides its text, in bytes: its object, two strings, its slot in a list. */
export const EVENT_OVERHEAD = 160

/** Memory that an event takes at most, in bytes: an engine may hold each UTF-16 unit in two. */
export function sizeOf({ name, data, trace }: LogEvent): number {
  const text = name.length + data.length
  if (trace === undefined) return 2 * text + EVENT_OVERHEAD
  const { traceparent, tracestate = '' } = trace
  return 2 * (text + traceparent.length + tracestate.length) + EVENT_OVERHEAD
}

export function sizeOfAll(events: readonly LogEvent[]): number {
  return events.reduce((sum, event) => sum + sizeOf(event), 0)
}

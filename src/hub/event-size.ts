import type { LogEvent } from '../log/event-log.ts'

/** Memory of an event besides its text, in bytes: its object, two strings, its slot in a list. */
export const EVENT_OVERHEAD = 160

/** Memory that an event takes at most, in bytes: an engine may hold each UTF-16 unit in two. */
export function sizeOf({ name, data }: LogEvent): number {
  return 2 * (name.length + data.length) + EVENT_OVERHEAD
}

export function sizeOfAll(events: readonly LogEvent[]): number {
  return events.reduce((sum, event) => sum + sizeOf(event), 0)
}

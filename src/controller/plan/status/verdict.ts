import type { Condition } from '../../../schema/stream-capacity.ts'

/** What a condition says at present. */
export interface Verdict {
  readonly status: Condition['status']
  /** In CamelCase, for programs. */
  readonly reason: string
  /** For people: it says what to do where something is to be done, and names no number that changes by itself. */
  readonly message: string
  /** The event that is due when it comes to this; undefined where nobody needs to hear of it. */
  readonly event?: 'Normal' | 'Warning'
}

/** The names of some things, as part of a sentence. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 5)
  const others = names.length - shown.length
  return others === 0 ? shown.join(', ') : `${shown.join(', ')} and ${others} more`
}

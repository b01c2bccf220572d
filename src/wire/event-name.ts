import { MAX_EVENT_NAME_BYTES } from './limits.ts'

/** The name of an event that was published without one. It is never written, since browsers assume it. */
export const DEFAULT_EVENT_NAME = 'message'

/** The names of Runnel's own events start so; publishing such a name is refused. */
export const SYSTEM_EVENT_PREFIX = 'runnel.'

const CONTROL_CHARACTER = /\p{Cc}/u
const encoder = new TextEncoder()

/** Says what is wrong with an event name, or undefined if it may be published. */
export function eventNameFault(name: string): string | undefined {
  if (name === '') return 'must not be empty'
  if (!name.isWellFormed()) return 'must not hold lone surrogates'
  if (CONTROL_CHARACTER.test(name)) return 'must not hold control characters'
  if (encoder.encode(name).length > MAX_EVENT_NAME_BYTES) {
    return `must be at most ${MAX_EVENT_NAME_BYTES} bytes of UTF-8`
  }
  // EventSource dispatches events of its own under these names: a page could not tell a published event from
  // a connection that failed or opened.
  if (name === 'error' || name === 'open') return `must not be "${name}", EventSource's own event`
  if (name.startsWith(SYSTEM_EVENT_PREFIX)) return `must not start with "${SYSTEM_EVENT_PREFIX}"`
  return undefined
}

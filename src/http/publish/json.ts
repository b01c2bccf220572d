import { DEFAULT_EVENT_NAME } from '../../wire/event-name.ts'
import type { NewEvent } from '../../log/event-log.ts'
import { Problem } from '../problem.ts'
import { checkEventName, loneSurrogate, newEvent } from './new-event.ts'
import type { PublishFormat } from './publish-format.ts'

const EVENT_FIELDS: ReadonlySet<string> = new Set(['event', 'data'])

/** `{"event"?, "data"}` */
export const json: PublishFormat = {
  parse: ({ body }) => ({ events: [parseJsonEvent('', body)] }),
}

/** `where` says in errors which line the text stands in. */
export function parseJsonEvent(where: string, text: string): NewEvent {
  const value = parseJson(where, text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(400, `${where}expected a JSON object with data and, if named, event`)
  }
  for (const field of Object.keys(value)) {
    // A typo must not vanish.
    if (!EVENT_FIELDS.has(field)) {
      throw new Problem(400, `${where}expected the fields event and data, got ${quote(field)}`)
    }
  }
  if (!('data' in value)) throw new Problem(400, `${where}data: expected a value, got none`)
  const name = 'event' in value ? value.event : DEFAULT_EVENT_NAME
  if (typeof name !== 'string') throw new Problem(400, `${where}event: expected a string`)
  // Before the data, whose own check walks the whole event.
  checkEventName(where, name)
  const data = typeof value.data === 'string' ? value.data : compactData(where, text)
  return newEvent(where, name, data)
}

function parseJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(400, `${where}expected well-formed JSON`)
  }
}

declare global {
  // Both stand in ES2026 and in Node 24; the type library does not know them yet.
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
    rawJSON(text: string): unknown
  }
}

/** The data as compact JSON in which numbers keep their text: 1.10 is not 1.1 to everyone. */
function compactData(where: string, text: string): string {
  try {
    let data: unknown
    JSON.parse(text, (key, value, { source }) => {
      if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) {
        throw loneSurrogate(where)
      }
      const kept = typeof value === 'number' ? JSON.rawJSON(source!) : value
      // The walk ends with the event's own fields: the last `data` it meets is the event's.
      if (key === 'data') data = kept
      return kept
    })
    return JSON.stringify(data)
  } catch (error) {
    // The reviver and the encoder walk the value recursively; deep enough, the stack ends.
    if (error instanceof RangeError) throw new Problem(400, `${where}data: expected less nesting`)
    throw error
  }
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40))
}

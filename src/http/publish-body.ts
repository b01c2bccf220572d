/** The bodies of a publish, as events. Everything the contract refuses is refused here, naming the field. */
import { DEFAULT_EVENT_NAME, eventNameFault } from '../wire/event-name.ts'
import type { NewEvent } from '../log/event-log.ts'
import { Problem } from './problem.ts'

/** Most events in one body of lines. */
export const MAX_EVENTS = 500

const LINE_BREAK = /\r\n?/g
const EVENT_FIELDS: ReadonlySet<string> = new Set(['event', 'data'])

export function parseTextEvent(body: string, name: string | undefined): readonly NewEvent[] {
  return [newEvent('', name ?? DEFAULT_EVENT_NAME, body)]
}

export function parseJsonEvent(body: string): readonly NewEvent[] {
  return [parseEvent('', body)]
}

/** One JSON event a line; blank lines, such as the last one, are none. */
export function parseJsonLines(body: string): readonly NewEvent[] {
  const events: NewEvent[] = []
  for (const [index, line] of body.split('\n').entries()) {
    if (line.trim() === '') continue
    if (events.length === MAX_EVENTS) throw new Problem(413, `expected at most ${MAX_EVENTS} lines`)
    events.push(parseEvent(`line ${index + 1}: `, line))
  }
  if (events.length === 0) throw new Problem(400, 'expected at least one line, got none')
  return events
}

/** `where` says which line it stands in. */
export function checkName(where: string, name: string): void {
  const fault = eventNameFault(name)
  if (fault !== undefined) throw new Problem(400, `${where}event: ${fault}`)
}

function parseEvent(where: string, text: string): NewEvent {
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
  checkName(where, name)
  const data = typeof value.data === 'string' ? value.data : compactData(where, text)
  return newEvent(where, name, data)
}

function newEvent(where: string, name: string, data: string): NewEvent {
  if (!data.isWellFormed()) throw loneSurrogate(where)
  return { name, data: data.includes('\r') ? data.replace(LINE_BREAK, '\n') : data }
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

function loneSurrogate(where: string): Problem {
  return new Problem(400, `${where}data: expected no lone surrogates`)
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40))
}

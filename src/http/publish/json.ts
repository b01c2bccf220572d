import { z } from 'zod'
import { DEFAULT_EVENT_NAME } from '../../wire/event-name.ts'
import type { NewEvent } from '../../log/event-log.ts'
import { newEventDocument, type NewEventDocument } from '../../schema/publish.ts'
import { Problem } from '../problem.ts'
import { checkEventName, loneSurrogate, newEvent } from './new-event.ts'
import type { PublishFormat } from './publish-format.ts'

const { shape } = newEventDocument
const FIELDS: readonly string[] = Object.keys(shape)
const REQUIRED_FIELDS = Object.entries(shape)
  .filter(([, value]) => !(value instanceof z.ZodOptional))
  .map(([field]) => field)

/** The fields of an event, with unchecked values. */
type EventFields = { readonly [Field in keyof NewEventDocument]: unknown }

/** `{"event"?, "data"}` */
export const json: PublishFormat = {
  parse: ({ body }) => ({ events: [parseJsonEvent('', body)] }),
}

/** `where` names the line of the text in errors. */
export function parseJsonEvent(where: string, text: string): NewEvent {
  const value = parseJson(where, text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(400, `${where}expected a JSON object with data and, if named, event`)
  }
  checkFields(where, value)
  const { event: name = DEFAULT_EVENT_NAME } = value
  if (typeof name !== 'string') throw new Problem(400, `${where}event: expected a string`)
  // The name is checked before the data, whose check walks the whole event.
  checkEventName(where, name)
  const data = typeof value.data === 'string' ? value.data : compactData(where, text)
  return newEvent(where, name, data)
}

function checkFields(where: string, value: object): asserts value is EventFields {
  for (const field of Object.keys(value)) {
    // A typo in a field name must not pass unnoticed.
    if (!FIELDS.includes(field)) {
      const expected = FIELDS.join(' and ')
      throw new Problem(400, `${where}expected the fields ${expected}, got ${quote(field)}`)
    }
  }
  for (const field of REQUIRED_FIELDS) {
    if (!Object.hasOwn(value, field)) {
      throw new Problem(400, `${where}${field}: expected a value, got none`)
    }
  }
}

function parseJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(400, `${where}expected well-formed JSON`)
  }
}

declare global {
  // ES2026 and Node 24 have both; the type library lacks them.
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
    rawJSON(text: string): unknown
  }
}

/** The data as compact JSON in which numbers keep their text, since some readers tell 1.10 from 1.1. */
function compactData(where: string, text: string): string {
  try {
    let data: unknown
    JSON.parse(text, (key, value, { source }) => {
      if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) {
        throw loneSurrogate(where)
      }
      const kept = typeof value === 'number' ? JSON.rawJSON(source!) : value
      // The reviver visits the event's own fields last, so the last `data` is the event's.
      if (key === 'data') data = kept
      return kept
    })
    return JSON.stringify(data)
  } catch (error) {
    // The reviver and the encoder recurse, so deep nesting exhausts the stack.
    if (error instanceof RangeError) throw new Problem(400, `${where}data: expected less nesting`)
    throw error
  }
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40))
}

import { quote } from '../config/parsed.ts'
import { parseJson } from './parse-json.ts'

/** A text as one JSON event. */
export function encodeTextEvent(text: string, name: string | undefined): string {
  return JSON.stringify({ event: name, data: text })
}

/** A text that is JSON, as the data of one JSON event. It stays as it is written: 1.10 is not 1.1. */
export function encodeJsonEvent(text: string, name: string | undefined): string {
  // Checked, since a text that is not one value could bring fields of its own into the event.
  if (parseJson(text) === undefined) throw new Error(`expected JSON, got ${quote(text)}`)
  return `{${name === undefined ? '' : `"event":${JSON.stringify(name)},`}"data":${text}}`
}

/**
 * The writing half of `text/event-stream` (WHATWG HTML, section 9.2.5). Each function makes whole
 * blocks; nothing else in the project formats them, so nothing else can get the escaping wrong.
 */
import { DEFAULT_EVENT_NAME } from './event-name.ts'

/** One event as the format knows it. `event` is left out of the bytes when it is the default. */
export interface EventFields {
  readonly id?: string
  readonly event?: string
  readonly data: string
}

// A line break or NUL in an id or a name would end the field and let its author forge the next one.
// They are checked where they are written, although publish refuses them too: this is the last door.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN_IN_FIELD = /[\r\n\0]/
const LINE_BREAK = /\r\n|\r|\n/g
const HAS_LINE_BREAK = /[\r\n]/

export function encodeEvent(fields: EventFields): string {
  const id = fields.id === undefined ? '' : `id: ${field('id', fields.id)}\n`
  return id + encodeBody(fields.event ?? DEFAULT_EVENT_NAME, fields.data)
}

/** An event without its id: the part that subscribers with different cursors can share. */
export function encodeBody(event: string, data: string): string {
  const name = event === DEFAULT_EVENT_NAME ? '' : `event: ${field('event', event)}\n`
  // Every line of the data needs its own field name: a bare blank line would end the event.
  const lines = HAS_LINE_BREAK.test(data) ? data.replace(LINE_BREAK, '\ndata: ') : data
  return `${name}data: ${lines}\n\n`
}

/** A block with an id alone: moves the client's cursor and dispatches nothing. */
export function encodeId(id: string): string {
  return `id: ${field('id', id)}\n\n`
}

/** An hour and a half: the longest time that may be set is an hour, and is jittered. */
const MAX_RETRY = 5_400_000

/** `milliseconds` until the client reconnects: a whole number. */
export function encodeRetry(milliseconds: number): string {
  if (!Number.isInteger(milliseconds) || milliseconds < 0 || milliseconds > MAX_RETRY) {
    throw new RangeError(`expected retry of 0 to ${MAX_RETRY} ms, got ${milliseconds}`)
  }
  return `retry: ${milliseconds}\n\n`
}

/** A lone comment line. No blank line follows: some parsers would dispatch an empty event for it. */
export const HEARTBEAT = ':\n'

function field(name: string, value: string): string {
  if (value === '' || FORBIDDEN_IN_FIELD.test(value)) {
    throw new TypeError(`expected one non-empty line without NUL as ${name}`)
  }
  return value
}

/**
 * The writing half of `text/event-stream` (WHATWG HTML, section 9.2.5). No other file formats blocks, so no
 * other can get the escaping wrong.
 */
import { DEFAULT_EVENT_NAME } from './event-name.ts'

/** The fields of one event. The default `event` is not written. */
export interface EventFields {
  /** Time until the client reconnects: a whole number of ms. */
  readonly retry?: number
  readonly id?: string
  readonly event?: string
  readonly data: string
}

// A line break or NUL in an id or a name would end the field and let its author forge the next one. Publish
// refuses them, too; this check also covers ids and names from elsewhere.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN_IN_FIELD = /[\r\n\0]/
const LINE_BREAK = /\r\n|\r|\n/g
const HAS_LINE_BREAK = /[\r\n]/

/**
 * `retry` and `id` stand in the block of an event, never in one of their own: readers in wide use hand a block without
 * data to the application as an empty event.
 */
export function encodeEvent(fields: EventFields): string {
  const retry = fields.retry === undefined ? '' : encodeRetry(fields.retry)
  const id = fields.id === undefined ? '' : `id: ${field('id', fields.id)}\n`
  return retry + id + encodeBody(fields.event ?? DEFAULT_EVENT_NAME, fields.data)
}

/** An event without `retry` and id: the part that subscribers with different cursors can share. */
export function encodeBody(event: string, data: string): string {
  const name = event === DEFAULT_EVENT_NAME ? '' : `event: ${field('event', event)}\n`
  // Every line of the data needs its own field name: a bare blank line would end the event.
  const lines = HAS_LINE_BREAK.test(data) ? data.replace(LINE_BREAK, '\ndata: ') : data
  return `${name}data: ${lines}\n\n`
}

/** Largest `retry`, in ms: the longest setting is an hour, and jitter makes it an hour and a half. */
const MAX_RETRY = 5_400_000

function encodeRetry(milliseconds: number): string {
  if (!Number.isInteger(milliseconds) || milliseconds < 0 || milliseconds > MAX_RETRY) {
    throw new RangeError(`expected retry of 0 to ${MAX_RETRY} ms, got ${milliseconds}`)
  }
  return `retry: ${milliseconds}\n`
}

/** A lone comment line, without a blank line: some parsers would dispatch an empty event at that. */
export const HEARTBEAT = ':\n'

function field(name: string, value: string): string {
  if (value === '' || FORBIDDEN_IN_FIELD.test(value)) {
    throw new TypeError(`expected one non-empty line without NUL as ${name}`)
  }
  return value
}

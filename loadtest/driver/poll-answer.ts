import { parseFields } from '../../src/client/parse-json.ts'
import type { DecodedEvent } from '../../src/wire/decode.ts'
import { formatPosition, parsePosition } from '../../src/wire/position.ts'
import { GAP, OPEN } from '../../src/wire/system-event-names.ts'
import { waitAsAsked } from './subscriber.ts'

export interface PollAnswer {
  /** In the words of a stream. */
  readonly events: readonly DecodedEvent[]
  readonly cursor: string
  /** Milliseconds until the next poll. */
  readonly retry: number
}

interface PollDocument {
  readonly events: readonly DecodedEvent[]
  readonly gaps: readonly unknown[]
  readonly cursor: string
  readonly retry: number
}

/** Undefined for a text that is no answer to a poll. */
export function readPollAnswer(text: string, isFirst: boolean): PollAnswer | undefined {
  const document = checkDocument(parseFields(text))
  if (document === undefined) return undefined
  const { events, gaps, cursor, retry } = document
  const start = positionBefore(events[0]?.id) ?? cursor
  const gapEvents = gaps.map((gap) => ({ event: GAP, data: JSON.stringify(gap), id: start }))
  const open = { event: OPEN, data: JSON.stringify({ cursor: start }), id: start }
  // A server that answers that it has nothing, and does not hold the poll, would be asked in a loop.
  const isEmpty = events.length + gaps.length === 0
  return {
    events: [...gapEvents, ...(isFirst ? [open] : []), ...events],
    cursor,
    retry: retry === 0 && !isEmpty ? 0 : waitAsAsked(retry),
  }
}

function positionBefore(id: string | undefined): string | undefined {
  const position = parsePosition(id ?? '')
  return position && formatPosition(position.epoch, position.offset - 1)
}

function checkDocument(fields: Readonly<Record<string, unknown>>): PollDocument | undefined {
  const { events, gaps, cursor, retry } = fields
  if (
    Array.isArray(events) &&
    events.every(isEvent) &&
    Array.isArray(gaps) &&
    typeof cursor === 'string' &&
    typeof retry === 'number'
  ) {
    return { events, gaps, cursor, retry }
  }
  return undefined
}

function isEvent(value: unknown): value is DecodedEvent {
  if (typeof value !== 'object' || value === null) return false
  const { event, data, id } = value as Readonly<Record<string, unknown>>
  return typeof event === 'string' && typeof data === 'string' && typeof id === 'string'
}

/**
 * Cursors, which clients send back to resume: one position, or one per channel joined by dots, in the order
 * of `channelOrder`. No position holds a dot, so the vector needs no escaping.
 */
import { MAX_CHANNELS, MAX_CURSOR_LENGTH } from './limits.ts'
import { formatPosition, parsePosition, type Position } from './position.ts'

/** The id of an event where no position is known. It is no cursor, so a client that resumes from it gets a gap. */
export const NO_POSITION = 'none'

/** A position in each channel, in the order of `channelOrder`. */
export type Cursor = readonly Position[]

/** What a client has sent back: a cursor of its channels, or something else. */
export type SentCursor = Cursor | 'unknown'

export function readCursor(text: string, count: number): SentCursor {
  return parseCursor(text, count) ?? 'unknown'
}

/** The id with which a client comes back as it came: its own words, since a position is written in one way only. */
export function repeatCursor(cursor: SentCursor): string {
  return cursor === 'unknown' ? NO_POSITION : formatCursor(cursor)
}

export function formatCursor(cursor: Cursor): string {
  const [first] = cursor
  if (cursor.length === 1) return formatPosition(first!.epoch, first!.offset)
  return cursor.map((position) => formatPosition(position.epoch, position.offset)).join('.')
}

/** Returns undefined unless the text is a cursor of exactly `count` channels. */
export function parseCursor(text: string, count: number): Cursor | undefined {
  if (text.length > MAX_CURSOR_LENGTH) return undefined
  const parts = text.split('.', MAX_CHANNELS + 1)
  if (parts.length !== count) return undefined
  const positions: Position[] = []
  for (const part of parts) {
    const position = parsePosition(part)
    if (position === undefined) return undefined
    positions.push(position)
  }
  return positions
}

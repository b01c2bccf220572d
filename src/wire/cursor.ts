/**
 * Cursors, which clients send back to resume: one position, or one per channel joined by dots, in the order
 * of `channelOrder`. No position holds a dot, so the vector needs no escaping.
 */
import { MAX_CHANNELS } from './channel.ts'
import { parsePosition, type Position } from './position.ts'

/** Longest cursor that is parsed, in characters. */
export const MAX_CURSOR_LENGTH = 1024

/** The id of an event where no position is known. It is no cursor, so a client that resumes from it gets a gap. */
export const NO_POSITION = 'none'

/** The text itself if it is a cursor of exactly `count` channels, else `NO_POSITION`. */
export function cursorOrNone(text: string, count: number): string {
  return parseCursor(text, count) === undefined ? NO_POSITION : text
}

/** Takes formatted positions, so that those of a client can be kept as they were sent. */
export function joinCursor(positions: readonly string[]): string {
  return positions.length === 1 ? positions[0]! : positions.join('.')
}

/** Returns undefined unless the text is a cursor of exactly `count` channels. */
export function parseCursor(text: string, count: number): readonly Position[] | undefined {
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

/** The rules for events of every publish format. `where` names the event in errors. */
import { largestBlock, roughLargestBlock } from '../../hub/largest-block.ts'
import { eventNameFault } from '../../wire/event-name.ts'
import type { NewEvent } from '../../log/event-log.ts'
import { Problem } from '../problem.ts'

const LINE_BREAK = /\r\n?/g

/** Makes an event from a checked name, and checks its data. */
export function newEvent(where: string, name: string, data: string): NewEvent {
  if (!data.isWellFormed()) throw loneSurrogate(where)
  return { name, data: data.includes('\r') ? data.replace(LINE_BREAK, '\n') : data }
}

export function checkEventName(where: string, name: string): void {
  const fault = eventNameFault(name)
  if (fault !== undefined) throw new Problem(400, `${where}event: ${fault}`)
}

export function loneSurrogate(where: string): Problem {
  return new Problem(400, `${where}data: expected no lone surrogates`)
}

/**
 * Throws 413 for an event whose block would be larger than `limit` bytes. Readers with a bound on lines or blocks stop
 * at such an event, and meet it again after each reconnect.
 */
export function checkEventSizes(channel: string, events: readonly NewEvent[], limit: number): void {
  for (const [index, event] of events.entries()) {
    // The text of most events is so short that no block of theirs could reach the limit.
    if (roughLargestBlock(event) <= limit) continue
    const bytes = largestBlock(channel, event)
    if (bytes <= limit) continue
    const where = events.length === 1 ? '' : `event ${index + 1}: `
    throw new Problem(
      413,
      `${where}expected at most ${limit} bytes as the largest block of an event on a stream, id and envelope ` +
        `included, got ${bytes}: publish a reference to the data, or raise RUNNEL_MAX_EVENT`,
    )
  }
}

/** A reader's place in one channel, and what it has there at hand. */
import type { LogEvent } from '../log/event-log.ts'
import type { Page } from './page.ts'
import type { Tail } from './tail.ts'

export interface Place {
  readonly tail: Tail
  after: number
  /** The tail's generation in which `after` was true. */
  generation: number
  /** The client's own words for this place, kept until it moves. */
  words: string | undefined
  /** What it holds of the history while it is behind. */
  page: Page | undefined
}

export function nextEvent({ tail, page }: Place, after: number): LogEvent | undefined {
  return tail.covers(after) ? tail.eventAt(after + 1) : page?.eventAt(after + 1)
}

/** Whether the event after this offset is there, or there is none yet. */
export function isAtHand({ tail, page }: Place, after: number): boolean {
  return tail.covers(after) || page?.covers(after) === true
}

export function giveBack(place: Place): void {
  if (place.page !== undefined) place.tail.pages.release(place.page)
  place.page = undefined
}

export function wordsOf(place: Place): string {
  return place.words ?? place.tail.positionAt(place.after, place.generation)
}

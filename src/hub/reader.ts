import type { LogEvent } from '../log/event-log.ts'
import type { Resumption } from '../log/history.ts'
import { joinCursor, parseCursor } from '../wire/cursor.ts'
import { parsePosition } from '../wire/position.ts'
import type { Gap } from '../schema/system-events.ts'
import { NO_WAIT } from './page-cache.ts'
import { giveBack, isAtHand, nextEvent, wordsOf, type Place } from './channel-progress.ts'
import type { Tail } from './tail.ts'

/** Where a client wants to begin. */
export interface Start {
  /** What it sent back; absent on a first connect. */
  readonly cursor?: string
  /** For a first connect, and after a cursor that is not ours. */
  readonly from: 'latest' | 'earliest' | { readonly last: number }
}

/** A gap with the cursor that stands behind it. */
export interface GapNotice {
  readonly id: string
  readonly gap: Gap
}

/** What its client has to say about a reader's work. */
export interface Wish {
  /** Ends the waiting for memory. */
  readonly patience?: AbortSignal
  /** Whether it is still there. What it has left is read for nobody. */
  readonly isWanted?: (() => boolean) | undefined
}

/** Offset and generation in each channel: what a group's members share. */
export interface Stand {
  readonly offsets: readonly number[]
  readonly generations: readonly number[]
}

interface Next {
  readonly place: Place
  readonly event: LogEvent
}

/** Returns whether the event was taken; if not, the reader stays before it. */
export type TakeEvent = (tail: Tail, event: LogEvent, id: string) => boolean

const NEVER = -1

/**
 * A client that is not at the live end: it knows its place in each channel, tells what is missing, and
 * hands out what is not. Every resume and every gap comes from here, for streams and polls alike. It holds
 * about one page, whatever the number of channels; whoever made it gives that back with `close`.
 */
export class Reader {
  readonly #places: readonly Place[]
  readonly #from: Start['from']
  /** Not all pages found room: those that did are handed out by themselves. */
  #isShort = false
  #preparations = 0
  #isWanted: () => boolean

  private constructor(places: readonly Place[], from: Start['from'], isWanted = () => true) {
    this.#places = places
    this.#from = from
    this.#isWanted = isWanted
  }

  /** Opens the tails and finds the place to start from. Rejects with the log's errors. */
  static async begin(
    tails: readonly Tail[],
    start: Start,
    { patience, isWanted }: Wish = {},
  ): Promise<{ reader: Reader; gaps: readonly GapNotice[] }> {
    const reader = await Reader.#open(tails, start, isWanted)
    try {
      await reader.prepare(patience)
    } catch (error) {
      reader.close()
      throw error
    }
    const gaps = reader.settle()
    if (start.cursor !== undefined && parseCursor(start.cursor, tails.length) === undefined) {
      const gap: Gap = { channel: null, ...UNKNOWN_CURSOR }
      return { reader, gaps: [{ id: reader.cursor(), gap }] }
    }
    return { reader, gaps }
  }

  /** The cursor from which it would begin. Reads no events. Rejects with the log's errors. */
  static async locate(tails: readonly Tail[], start: Start): Promise<string> {
    const reader = await Reader.#open(tails, start)
    await reader.#hearOfElsewhere()
    reader.settle()
    return reader.cursor()
  }

  static async #open(
    tails: readonly Tail[],
    { cursor, from }: Start,
    isWanted?: () => boolean,
  ): Promise<Reader> {
    await Promise.all(tails.map(async (tail) => tail.catchUp()))
    const isOurs = cursor !== undefined && parseCursor(cursor, tails.length) !== undefined
    const words = isOurs ? cursor.split('.') : []
    const places = tails.map((tail, index): Place => {
      return { tail, after: 0, generation: NEVER, words: words[index], page: undefined }
    })
    return new Reader(places, from, isWanted)
  }

  /** A reader for a member that falls behind its group. */
  static at(tails: readonly Tail[], { offsets, generations }: Stand): Reader {
    const places = tails.map((tail, index) => ({
      tail,
      after: offsets[index]!,
      generation: generations[index]!,
      words: undefined,
      page: undefined,
    }))
    return new Reader(places, 'latest')
  }

  /** Gives back what it holds; nothing is handed out any more. */
  close(): void {
    this.#isWanted = () => false
    for (const place of this.#places) giveBack(place)
  }

  cursor(): string {
    return joinCursor(this.#places.map(wordsOf))
  }

  stand(): Stand {
    return {
      offsets: this.#places.map((place) => place.after),
      generations: this.#places.map((place) => place.generation),
    }
  }

  /** Whether there is anything to tell before these offsets, by default the tops. */
  isBehind(targets?: readonly number[]): boolean {
    return this.#places.some(
      ({ tail, after, generation }, index) =>
        after < targetIn(tail, targets?.[index]) || generation !== tail.generation,
    )
  }

  /** Whether all events of the first channel up to this offset are at hand. */
  canReach(offset: number): boolean {
    const { tail, after, page } = this.#places[0]!
    if (tail.covers(after)) return true
    return page?.covers(after) === true && (page.last >= offset || tail.covers(page.last))
  }

  /**
   * Brings the events that come next to hand, where there is memory for them. Waits for the memory of one
   * place at most, in turn, so that no reader holds one page while it waits for another.
   */
  async prepare(patience?: AbortSignal): Promise<void> {
    await this.#hearOfElsewhere()
    const missing = this.#missing()
    const turn = this.#preparations++ % missing.length
    await Promise.all(
      missing.map(async ({ place, after }, index) =>
        this.#bring(place, after, index === turn ? patience : NO_WAIT),
      ),
    )
    // What was brought for one place may have taken the room of another's.
    this.#isShort = this.#missing().length > 0
  }

  /**
   * Moves each place that cannot be continued, and returns the gaps that are to be told for it. Each
   * gap's id moves its own channel only: whoever is cut off between two of them is told the second again.
   */
  settle(): readonly GapNotice[] {
    const notices: GapNotice[] = []
    for (const place of this.#places) {
      if (place.generation === place.tail.generation && isAtHand(place, place.after)) continue
      const { after, gaps } = this.#judge(place)
      place.generation = place.tail.generation
      for (const { after: told, ...gap } of gaps) {
        place.after = told
        place.words = undefined
        notices.push({ id: this.cursor(), gap: { channel: place.tail.channel, ...gap } })
      }
      place.after = after
    }
    return notices
  }

  /**
   * Hands out what is at hand, up to these offsets or the tops; the oldest event first, so that a busy
   * channel cannot keep the others waiting. Ends early at an event that is not taken, or not at hand:
   * `isBehind` tells, and `prepare` helps.
   */
  take(takeEvent: TakeEvent, targets?: readonly number[]): void {
    for (let next = this.#oldestNext(targets); next !== undefined;) {
      const { place, event } = next
      const { words } = place
      place.after++
      place.words = undefined
      if (!takeEvent(place.tail, event, this.cursor())) {
        place.after--
        place.words = words
        return
      }
      if (place.tail.covers(place.after) || place.page?.covers(place.after) === false)
        giveBack(place)
      next = this.#oldestNext(targets)
    }
  }

  /** The place whose next event is the oldest; undefined if there is none, or one is not at hand. */
  #oldestNext(targets: readonly number[] | undefined): Next | undefined {
    let oldest: Next | undefined
    for (const [index, place] of this.#places.entries()) {
      const { tail, after, generation } = place
      if (generation !== tail.generation) return undefined
      if (after >= targetIn(tail, targets?.[index])) continue
      const event = nextEvent(place, after)
      if (event === undefined && !this.#isShort) return undefined
      if (event !== undefined && (oldest === undefined || event.time < oldest.event.time)) {
        oldest = { place, event }
      }
    }
    return oldest
  }

  /** The places whose next event is not at hand, and where they go on. */
  #missing(): { readonly place: Place; readonly after: number }[] {
    return this.#places
      .map((place) => ({ place, after: this.#judge(place).after }))
      .filter(({ place, after }) => !isAtHand(place, after))
  }

  async #bring(place: Place, after: number, patience: AbortSignal | undefined): Promise<void> {
    const page = await place.tail.pages.acquire(after, {
      share: this.#places.length,
      isWanted: () => this.#isWanted(),
      patience,
    })
    if (page === undefined) return
    giveBack(place)
    place.page = page
    if (!this.#isWanted()) giveBack(place)
  }

  #judge(place: Place): Resumption {
    if (place.generation === NEVER && place.words === undefined) {
      return { after: this.#first(place.tail), gaps: [] }
    }
    return place.tail.resume(parsePosition(wordsOf(place))!)
  }

  async #hearOfElsewhere(): Promise<void> {
    const places = this.#places.filter((place) => this.#mayComeFromElsewhere(place))
    await Promise.all(places.map(async ({ tail }) => tail.refresh()))
  }

  /**
   * Another process may have told the client of events that this one has not heard of yet. Only the log
   * knows whether they exist.
   */
  #mayComeFromElsewhere(place: Place): boolean {
    if (place.generation !== NEVER) return false
    const reason = this.#judge(place).gaps[0]?.reason
    return reason === 'ahead' || reason === 'epoch-lost'
  }

  #first({ oldest, top }: Tail): number {
    if (this.#from === 'latest') return top
    if (this.#from === 'earliest') return oldest - 1
    return Math.max(oldest - 1, top - this.#from.last)
  }
}

const UNKNOWN_CURSOR = { reason: 'unknown-cursor', from: null, to: null, missed: null } as const

/** After a fork, members may still stand at an offset that the new history has not reached. */
function targetIn({ top }: Tail, offset = top): number {
  return Math.min(offset, top)
}

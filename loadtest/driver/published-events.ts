/**
 * What was accepted of one channel, by epoch and offset, as far as the publishers recorded it or subscribers saw it: what a
 * judge holds each subscriber's record against.
 */
import { parsePosition } from '../../src/wire/position.ts'
import type { Newcomer, PublishedChannel, SeenChannel, SeenEpoch } from './commands.ts'
import { firstIndex } from './first-index.ts'
import { furthestBack, oldestKept } from './newcomers.ts'
import { rangeOf, rangesOf, type OffsetRanges } from './offset-ranges.ts'

/** Outcomes that are no position. */
export const REFUSED = 'refused'
export const UNKNOWN = 'unknown'
export const NO_POSITION_GIVEN = ''

/** The epoch of events that have a number and no position. */
export const NUMBERS = ''

/** An event that was accepted without a position of its own. */
export interface UnplacedEvent {
  readonly number: number
  readonly due: number
  /** The position that it was given, if another event has it too. */
  readonly position: string | undefined
}

interface AcceptedEvent {
  readonly offset: number
  readonly number: number
  readonly due: number
}

/** The events of one epoch. */
export class PublishedEpoch {
  /** By offset, ascending. */
  readonly #events: readonly AcceptedEvent[]
  readonly #numbers: ReadonlyMap<number, number>
  /** The latest due time of each event and those before it, so that a search can halve the list. */
  readonly #latestDues: readonly number[]
  #newcomers: readonly Newcomer[] = []
  #first: number
  #top: number
  /** Offsets that exist: offsets of a log are dense, so all between two that are known. */
  known: OffsetRanges

  constructor(events: readonly AcceptedEvent[], isDense: boolean) {
    this.#events = events.toSorted((one, other) => one.offset - other.offset)
    this.#numbers = new Map(events.map(({ offset, number }) => [offset, number]))
    let latest = 0
    this.#latestDues = this.#events.map(({ due }) => (latest = Math.max(latest, due)))
    this.#first = this.#events[0]?.offset ?? Number.POSITIVE_INFINITY
    this.#top = this.#events.at(-1)?.offset ?? 0
    this.known = isDense
      ? rangeOf(this.#first, this.#top)
      : rangesOf(this.#events.map(({ offset }) => offset))
  }

  /** What subscribers saw exists, too. */
  learn({ first, top, newcomers }: SeenEpoch): void {
    this.#first = Math.min(this.#first, first)
    this.#top = Math.max(this.#top, top)
    this.known = rangeOf(this.#first, this.#top)
    this.#newcomers = furthestBack([...this.#newcomers, ...newcomers])
  }

  /** The number of the payload that was accepted at this offset, by the publisher's record. */
  numberAt(offset: number): number | undefined {
    return this.#numbers.get(offset)
  }

  /** The first offset that was due at this time or later; infinite if there is none. */
  firstDueFrom(time: number): number {
    const dues = this.#latestDues
    const first = firstIndex(dues.length, (index) => dues[index]! >= time)
    return this.#events[first]?.offset ?? Number.POSITIVE_INFINITY
  }

  /** The highest offset that may have existed at this time. */
  topBefore(time: number): number {
    return Math.min(this.firstDueFrom(time) - 1, this.known.at(-1)?.to ?? 0)
  }

  /** The lowest offset that the log certainly kept at this time; infinite if nobody knows of one. */
  oldestKept(time: number): number {
    return oldestKept(this.#newcomers, time)
  }
}

export class PublishedEvents {
  readonly epochs = new Map<string, PublishedEpoch>()
  /** Accepted, and neither refused nor unknown: subscribers are owed them wherever they are. */
  readonly unplaced: readonly UnplacedEvent[]
  /** One for each publisher of the channel. */
  readonly #records: readonly PublishedChannel[]
  readonly #seenNumbers = new Set<number>()
  readonly #successors = new Map<string, Set<string>>()

  constructor(records: readonly PublishedChannel[], hasPositions: boolean) {
    if (!hasPositions && records.length > 1) {
      throw new Error(
        'expected one publisher for each channel of a server without positions, ' +
          `got ${records.length} for ${records[0]!.channel}: start one publishing driver`,
      )
    }
    this.#records = records
    const eventsByEpoch = new Map<string, Map<number, AcceptedEvent>>()
    const unplaced: UnplacedEvent[] = []
    for (const { outcomes, dues } of records) {
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome === REFUSED || outcome === UNKNOWN) continue
        const [number, due] = [index + 1, dues[index] ?? 0]
        const place = hasPositions ? parsePosition(outcome) : { epoch: NUMBERS, offset: number }
        if (place === undefined) {
          unplaced.push({ number, due, position: undefined })
          continue
        }
        const { epoch, offset } = place
        const events = eventsByEpoch.get(epoch) ?? new Map<number, AcceptedEvent>()
        eventsByEpoch.set(epoch, events)
        if (events.has(offset)) unplaced.push({ number, due, position: outcome })
        else events.set(offset, { offset, number, due })
      }
    }
    this.unplaced = unplaced
    for (const [epoch, events] of eventsByEpoch) {
      this.epochs.set(epoch, new PublishedEpoch([...events.values()], hasPositions))
    }
  }

  /** Adds what subscribers of a server with positions know of the log. */
  learn({ epochs, numbers }: SeenChannel): void {
    for (const seen of epochs) {
      let events = this.epochs.get(seen.epoch)
      if (events === undefined) {
        this.epochs.set(seen.epoch, (events = new PublishedEpoch([], true)))
      }
      events.learn(seen)
      for (const continued of seen.continues) {
        const successors = this.#successors.get(continued) ?? new Set()
        this.#successors.set(continued, successors.add(seen.epoch))
      }
    }
    for (const number of numbers) this.#seenNumbers.add(number)
  }

  get hasOneEpoch(): boolean {
    return [...this.epochs.values()].filter(({ known }) => known.length > 0).length === 1
  }

  get publishers(): number {
    return this.#records.length
  }

  /** What became of an event at each publisher that numbered one so; undefined: it sent none. */
  outcomesOf(number: number): readonly (string | undefined)[] {
    return this.#records.map(({ outcomes }) => outcomes[number - 1])
  }

  /** Whether anybody got an event without a position of its own. */
  hasSeen({ number }: UnplacedEvent): boolean {
    return this.#seenNumbers.has(number)
  }

  /** The last offset of an epoch before another continued it: what was accepted after it is on no line any more. */
  lastOnLine(epoch: string): number {
    const successors = [...(this.#successors.get(epoch) ?? [])]
    const firsts = successors.map((name) => this.epochs.get(name)?.known[0]?.from ?? Infinity)
    return Math.min(...firsts) - 1
  }
}

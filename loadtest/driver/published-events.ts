/** What was accepted of one channel, by epoch and offset: what a judge holds the subscribers' records against. */
import { parsePosition } from '../../src/wire/position.ts'
import type { ChannelContent, Content } from './channel-content.ts'
import type { PublishedChannel } from './commands.ts'
import { rangeOf, unite, type OffsetRanges } from './offset-ranges.ts'

/** Outcomes that are no position. */
export const REFUSED = 'refused'
export const UNKNOWN = 'unknown'
export const NO_POSITION_GIVEN = ''

/** The epoch of events that have a number and no position. */
export const NUMBERS = ''

export type ContentVerdict = 'right' | 'possible' | 'invented' | 'corrupted' | 'duplicated'

/** An event that was accepted without a position of its own. */
export interface UnplacedEvent {
  readonly number: number
  readonly due: number
  /** The position that it was given, if another event has it too. */
  readonly position: string
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
  /** Offsets that exist: offsets of a log are dense, so all between two that are known. */
  known: OffsetRanges

  constructor(events: readonly AcceptedEvent[], isDense: boolean) {
    this.#events = events.toSorted((one, other) => one.offset - other.offset)
    this.#numbers = new Map(events.map(({ offset, number }) => [offset, number]))
    let latest = 0
    this.#latestDues = this.#events.map(({ due }) => (latest = Math.max(latest, due)))
    this.known = []
    if (isDense) {
      const [first, last] = [this.#events[0], this.#events.at(-1)]
      if (first !== undefined && last !== undefined) this.known = rangeOf(first.offset, last.offset)
    } else {
      this.known = rangesOf(this.#events.map(({ offset }) => offset))
    }
  }

  /** The number of the payload that was accepted at this offset, by the publisher's record. */
  numberAt(offset: number): number | undefined {
    return this.#numbers.get(offset)
  }

  /** The first offset that was due at this time or later; infinite if there is none. */
  firstDueFrom(time: number): number {
    let [low, high] = [0, this.#latestDues.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#latestDues[middle]! >= time) high = middle
      else low = middle + 1
    }
    return this.#events[low]?.offset ?? Number.POSITIVE_INFINITY
  }

  /** The highest offset that may have existed at this time. */
  topBefore(time: number): number {
    return Math.min(this.firstDueFrom(time) - 1, this.known.at(-1)?.to ?? 0)
  }
}

export class PublishedEvents {
  readonly epochs = new Map<string, PublishedEpoch>()
  /** Accepted, and neither refused nor unknown: subscribers are owed them wherever they are. */
  readonly unplaced: readonly UnplacedEvent[]
  /** One for each publisher of the channel. */
  readonly #records: readonly PublishedChannel[]
  readonly #positions = new Map<number, Set<string>>()
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
        const events = eventsByEpoch.get(place?.epoch ?? '') ?? new Map<number, AcceptedEvent>()
        if (place === undefined || events.has(place.offset)) {
          unplaced.push({ number, due, position: outcome })
        } else {
          eventsByEpoch.set(place.epoch, events)
          events.set(place.offset, { offset: place.offset, number, due })
        }
      }
    }
    this.unplaced = unplaced
    for (const [epoch, events] of eventsByEpoch) {
      this.epochs.set(epoch, new PublishedEpoch([...events.values()], hasPositions))
    }
  }

  get hasOneEpoch(): boolean {
    return [...this.epochs.values()].filter(({ known }) => known.length > 0).length === 1
  }

  /** An offset that someone was told of exists too. */
  extend(epoch: string, from: number, to: number): void {
    let events = this.epochs.get(epoch)
    if (events === undefined) this.epochs.set(epoch, (events = new PublishedEpoch([], true)))
    const [first, last] = [events.known[0], events.known.at(-1)]
    const lowest = Math.min(first?.from ?? from, from)
    events.known = rangeOf(lowest, Math.max(last?.to ?? to, to))
  }

  /** An epoch was seen to continue the offsets of another. */
  succeed(continued: string, epoch: string): void {
    const successors = this.#successors.get(continued) ?? new Set()
    this.#successors.set(continued, successors.add(epoch))
  }

  /** The last offset of an epoch before another continued it: what was accepted after it is on no line any more. */
  lastOnLine(epoch: string): number {
    const successors = [...(this.#successors.get(epoch) ?? [])]
    const firsts = successors.map((name) => this.epochs.get(name)?.known[0]?.from ?? Infinity)
    return Math.min(...firsts) - 1
  }

  extendByContent(content: ChannelContent): void {
    for (const [epoch, { bounds }] of content.epochs) {
      if (bounds !== undefined) this.extend(epoch, bounds.first, bounds.last)
    }
  }

  /**
   * Judges a content at a position: `corrupted` if another was published there, or this one was refused; `invented` if
   * it never was published; `duplicated` if it stands at another position, too; `possible` if the publisher does not
   * know.
   */
  judge(epoch: string, offset: number, content: Content): ContentVerdict {
    const accepted = this.epochs.get(epoch)?.numberAt(offset)
    if (accepted !== undefined) return accepted === content ? 'right' : 'corrupted'
    // Channels are those of the run alone, so nobody else may write there.
    if (content < 0) return 'invented'
    const outcomes = this.#records.map((record) => record.outcomes[content - 1])
    if (outcomes.some((outcome) => outcome === UNKNOWN || outcome === NO_POSITION_GIVEN)) {
      return this.#judgeUnknown(content, `${epoch}-${offset}`)
    }
    if (outcomes.every((outcome) => outcome === undefined)) return 'invented'
    const isElsewhere = outcomes.some((outcome) => outcome !== undefined && outcome !== REFUSED)
    return isElsewhere ? 'duplicated' : 'corrupted'
  }

  /** A publish of unknown outcome may have been accepted once, at any position. */
  #judgeUnknown(number: number, position: string): ContentVerdict {
    const positions = this.#positions.get(number) ?? new Set()
    this.#positions.set(number, positions.add(position))
    return positions.size > this.#records.length ? 'duplicated' : 'possible'
  }
}

function rangesOf(offsets: readonly number[]): OffsetRanges {
  const ranges: { from: number; to: number }[] = []
  for (const offset of offsets) {
    const last = ranges.at(-1)
    if (last !== undefined && last.to === offset - 1) last.to = offset
    else ranges.push({ from: offset, to: offset })
  }
  return ranges
}

/** The union of what many ranges hold. */
export function uniteAll(ranges: readonly OffsetRanges[]): OffsetRanges {
  return ranges.reduce(unite, [])
}

import { parsePosition } from '../../src/wire/position.ts'
import {
  countOffsets,
  includesOffset,
  rangeOf,
  subtract,
  unite,
  type OffsetRanges,
} from '../driver/offset-ranges.ts'

/** A `runnel.gap`: the positions of the first and last event that it announces, null if unknown, and its id. */
export interface AnnouncedGap {
  readonly id: string
  readonly from: string | null
  readonly to: string | null
}

/** The places of a subscriber's events in the log, which has no holes: `<epoch>-1`, `<epoch>-2`, and so on. */
export class ReceivedPositions {
  lost = 0
  duplicated = 0
  reordered = 0
  /** Events and gaps at positions that do not follow from those before: none, or one of another history. */
  corrupted = 0
  /** Empty where the next event may begin one: in a channel that was never written, and behind a gap. */
  #epoch = ''
  #offset = 0
  /** As ranges, since a single damaged position may be as far off as 2^53. */
  #missing: OffsetRanges = []

  /** The subscriber stands at this position, as `runnel.open` says on a first connect. */
  startAt(position: string): void {
    const parsed = parsePosition(position)
    this.#offset = parsed?.offset ?? 0
    // A channel that was never written has a position of its own, at which no epoch has begun.
    this.#epoch = parsed === undefined || parsed.offset === 0 ? '' : parsed.epoch
    this.#missing = []
  }

  add(position: string): void {
    const parsed = parsePosition(position)
    if (this.#epoch === '' && parsed !== undefined) this.#epoch = parsed.epoch
    if (parsed === undefined || parsed.epoch !== this.#epoch) {
      this.corrupted++
      return
    }
    const { offset } = parsed
    if (offset > this.#offset) {
      this.#miss(this.#offset, offset - 1)
      this.#offset = offset
    } else if (includesOffset(this.#missing, offset)) {
      this.#missing = subtract(this.#missing, rangeOf(offset, offset))
      this.reordered++
    } else {
      this.duplicated++
    }
  }

  /** The subscriber stands at the gap's id. What the gap does not announce has come before, or is missing. */
  announce({ id, from, to }: AnnouncedGap): void {
    const next = parsePosition(id)
    if (next === undefined) {
      this.corrupted++
      return
    }
    const first = parsePosition(from ?? '')?.offset
    const last = parsePosition(to ?? '')?.offset
    this.#epoch = ''
    if (first === undefined || last === undefined) {
      // It announces what follows on the newest event up to its id, from which positions count anew.
      this.end()
      this.#offset = next.offset
      return
    }
    this.#missing = subtract(this.#missing, rangeOf(first, last))
    this.#miss(this.#offset, Math.min(first - 1, next.offset))
    this.#miss(Math.max(this.#offset, last), next.offset)
    // A fail-over takes back the newest events. Any other gap behind them must not excuse that they come again.
    this.#offset = last >= this.#offset ? next.offset : Math.max(this.#offset, next.offset)
  }

  /** All that will come has come: what is missing is lost. */
  end(): void {
    this.lost += countOffsets(this.#missing)
    this.#missing = []
  }

  /** The events after this offset, up to that one, have not come. */
  #miss(after: number, upTo: number): void {
    this.#missing = unite(this.#missing, rangeOf(after + 1, upTo))
  }
}

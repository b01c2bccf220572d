/**
 * The positions that one subscriber received, by the epochs that it came through. While nothing is wrong it is a few
 * numbers, and an event costs a comparison and an increment, since a driver has thousands of these.
 *
 * An epoch continues the offsets of the one before it, unless a gap says otherwise.
 */
import type { Position } from '../../src/wire/position.ts'
import { rangeOf, unite, type OffsetRange, type OffsetRanges } from './offset-ranges.ts'

/** Ranges that are kept apart. Beyond it the oldest hole is only counted, as lost. */
const MAX_RANGES = 1_000
/** Stretches that are kept. Beyond it the oldest is forgotten. */
const MAX_STRETCHES = 1_000

/** The offsets of one epoch that a subscriber came to. */
export interface Stretch {
  readonly epoch: string
  /** Events after this offset are the subscriber's own: it stood there when it came to this epoch. */
  readonly after: number
  /** The epoch that this one continues; undefined at the beginning and after a gap. */
  readonly continues: string | undefined
  /** Gaps that the subscriber was told before. */
  readonly gaps: number
  readonly received: OffsetRanges
}

interface OpenStretch extends Stretch {
  received: OffsetRange[]
}

export class Stretches {
  /** How many offsets lie in holes beyond those that are kept one by one. */
  forgottenHoles = 0
  /** Whether a whole stretch is forgotten. */
  isIncomplete = false
  /** Undefined where the next event, whatever it is, must be looked at. */
  #epoch: string | undefined
  /** The events of the last stretch from `#from` on, up to the one before `#next`, came in order. */
  #from = 0
  #next = 0
  /** The last one is where the subscriber stands, and lacks what came in order. */
  #stretches: OpenStretch[] = []

  get position(): Position | undefined {
    const stretch = this.#stretches.at(-1)
    return stretch && { epoch: stretch.epoch, offset: this.#next - 1 }
  }

  get all(): readonly Stretch[] {
    this.#closeRun()
    return this.#stretches
  }

  /** Takes the event if it is the next one in order. */
  takeNext(epoch: string, offset: number): boolean {
    if (offset !== this.#next || epoch !== this.#epoch) return false
    this.#next++
    return true
  }

  /** Takes an event at which the subscriber comes to stand. Returns whether its offset is the next one. */
  takeAhead(epoch: string, offset: number, gaps: number): boolean {
    const isNext = offset === this.#next
    const held = this.heldOf(epoch)
    if (this.has(epoch)) this.jump(offset)
    else this.goOn(epoch, offset - 1, gaps)
    // What follows may be what the subscriber has.
    this.#epoch = held.some(({ to }) => to > offset) ? undefined : epoch
    this.#next++
    return isNext
  }

  /** Takes an event that one which follows it overtook. Returns false if it is not the subscriber's own. */
  takeLate(epoch: string, offset: number): boolean {
    const stretch = this.#lastOf(epoch)
    if (stretch === undefined || offset <= stretch.after) return false
    stretch.received = [...unite(stretch.received, rangeOf(offset, offset))]
    return true
  }

  /** Whether the subscriber came past this offset. */
  isPast(epoch: string, offset: number): boolean {
    const stretch = this.#lastOf(epoch)
    return stretch !== undefined && (stretch !== this.#stretches.at(-1) || offset < this.#next)
  }

  /** Whether the subscriber came to this epoch since the last gap without bounds, from which everything counts anew. */
  has(epoch: string): boolean {
    return this.#lastOf(epoch) !== undefined
  }

  /** What the subscriber has of this epoch since then. */
  receivedOf(epoch: string): OffsetRanges {
    return this.#lastOf(epoch)?.received ?? []
  }

  /**
   * What the subscriber has of this epoch, and may not get again. Only a gap without bounds that leads to another epoch
   * allows a repeat: the server, which has lost the subscriber's epoch, cannot know what it has of the others.
   */
  heldOf(epoch: string): OffsetRanges {
    this.#closeRun()
    const held: OffsetRange[] = []
    for (let index = this.#stretches.length - 1; index >= 0; index--) {
      const { epoch: entered, continues, received } = this.#stretches[index]!
      if (entered === epoch) held.push(...received)
      if (continues === undefined && this.#stretches[index - 1]?.epoch !== entered) break
    }
    return held
  }

  /** Continues in another epoch without a gap. */
  goOn(epoch: string, offset: number, gaps: number): void {
    const { epoch: continued, offset: stood } = this.position!
    this.enter({ epoch, offset: Math.min(stood, offset) }, continued, gaps)
    this.jump(offset + 1)
  }

  /** Comes to this position, with so many gaps told so far. */
  enter({ epoch, offset: after }: Position, continues: string | undefined, gaps: number): void {
    this.#closeRun()
    if (this.#stretches.length === MAX_STRETCHES) {
      this.#stretches.shift()
      this.isIncomplete = true
    }
    this.#stretches.push({ epoch, after, continues, gaps, received: [] })
    this.#epoch = undefined
    this.#from = after + 1
    this.#next = after + 1
  }

  /** Continues at this offset of the epoch. */
  jump(next: number): void {
    this.#closeRun()
    // After a step back the next events are not those that the subscriber has: these would come twice.
    if (next < this.#next) this.#epoch = undefined
    this.#from = next
    this.#next = next
  }

  #lastOf(epoch: string): OpenStretch | undefined {
    this.#closeRun()
    for (let index = this.#stretches.length - 1; index >= 0; index--) {
      const stretch = this.#stretches[index]!
      if (stretch.epoch === epoch) return stretch
      if (stretch.continues === undefined) return undefined
    }
    return undefined
  }

  #closeRun(): void {
    const stretch = this.#stretches.at(-1)
    if (stretch === undefined || this.#from === this.#next) return
    const run = { from: this.#from, to: this.#next - 1 }
    this.#from = this.#next
    const { received } = stretch
    const last = received.at(-1)
    if (last === undefined || run.from > last.to + 1) received.push(run)
    else stretch.received = [...unite(received, [run])]
    if (received.length > MAX_RANGES) this.#forgetOldestHole(received)
  }

  #forgetOldestHole(received: OffsetRange[]): void {
    const [first, second] = received.splice(0, 2) as [OffsetRange, OffsetRange]
    this.forgottenHoles += second.from - first.to - 1
    received.unshift({ from: first.from, to: second.to })
  }
}

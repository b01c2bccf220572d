/**
 * What one subscriber got of its channel: the positions it received, and the gaps that it was told. While nothing is
 * wrong it is a few numbers, and an event costs a comparison and an increment, since a driver has thousands of these.
 *
 * An epoch continues the offsets of the one before it, unless a gap says otherwise. Where a server gives no positions,
 * the numbers of payloads stand for offsets, and the epoch is `''`.
 */
import type { Position } from '../../src/wire/position.ts'
import {
  includesOffset,
  intersect,
  rangeOf,
  unite,
  type OffsetRange,
  type OffsetRanges,
} from './offset-ranges.ts'
import { endOf, type NewGap, type ReceivedGap } from './received-gap.ts'

/** Ranges that are kept apart. Beyond it the oldest hole is only counted, as lost. */
const MAX_RANGES = 1_000
/** Gaps that are kept. Beyond it the oldest is forgotten, and what it announced counts as lost. */
const MAX_GAPS = 1_000

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

/** What an event turned out to be; `hole`: the next in order but for some that are missing so far. */
export type Arrival = 'next' | 'hole' | 'reordered' | 'duplicated'

export class ReceivedEvents {
  duplicated = 0
  reordered = 0
  falseGaps = 0
  /** Offsets in holes that are no longer kept apart. */
  forgotten = 0
  /** Where the subscriber began. */
  begin: Position | undefined
  /** Undefined where the next event, whatever it is, must be looked at. */
  #epoch: string | undefined
  /** The events of the last stretch from `#from` on, up to the one before `#next`, came in order. */
  #from = 0
  #next = 0
  /** The last one is where the subscriber stands, and lacks what came in order. */
  #stretches: OpenStretch[] = []
  #gaps: ReceivedGap[] = NO_GAPS
  #toldGaps = 0

  get position(): Position | undefined {
    const stretch = this.#stretches.at(-1)
    return stretch && { epoch: stretch.epoch, offset: this.#next - 1 }
  }

  get gaps(): readonly ReceivedGap[] {
    return this.#gaps
  }

  get stretches(): readonly Stretch[] {
    this.#closeRun()
    return this.#stretches
  }

  /** The server says that the stream stands here, in `runnel.open` or in a refusal. */
  stand(epoch: string, offset: number): void {
    if (this.begin === undefined) {
      this.begin = { epoch, offset }
      this.#enter(epoch, offset, undefined)
    } else if (epoch === this.#stretches.at(-1)!.epoch) {
      if (offset >= this.#next) this.#jump(offset + 1)
    } else if (this.#stretchOf(epoch) === undefined) {
      this.#goOn(epoch, offset)
    }
  }

  receive(epoch: string, offset: number): Arrival {
    if (offset === this.#next && epoch === this.#epoch) {
      this.#next++
      return 'next'
    }
    if (this.begin === undefined) this.stand(epoch, offset - 1)
    const held = this.#heldOf(epoch)
    if (includesOffset(held, offset)) {
      this.duplicated++
      return 'duplicated'
    }
    this.#refuteEnds(epoch, offset)
    const stretch = this.#stretchOf(epoch)
    const isNext = offset === this.#next
    if (stretch === undefined) {
      this.#goOn(epoch, offset - 1)
    } else {
      const isBehind = stretch !== this.#stretches.at(-1) || offset < this.#next
      if (isBehind) return this.#receiveLate(stretch, offset)
      this.#jump(offset)
    }
    // What follows may be what the subscriber has.
    this.#epoch = held.some(({ to }) => to > offset) ? undefined : epoch
    this.#next++
    return isNext ? 'next' : 'hole'
  }

  announce(gap: NewGap): void {
    const isFalse = this.#isFalse(gap)
    if (isFalse) this.falseGaps++
    if (this.#gaps === NO_GAPS) this.#gaps = []
    if (this.#gaps.length === MAX_GAPS) this.#gaps.shift()
    const count = ++this.#toldGaps
    const before = this.position
    this.#gaps.push({ ...gap, before, count, end: endOf(gap, before), isFalse })
    this.begin ??= gap.id
    const { epoch, offset } = gap.id
    const stood = this.#stretches.at(-1)?.epoch
    if (gap.from === null) this.#enter(epoch, offset, undefined)
    else if (epoch === stood) this.#jump(offset + 1)
    else this.#enter(epoch, offset, stood)
  }

  /** Whether a gap covers what this subscriber has, or what an earlier gap announced. */
  #isFalse({ reason, from, to, id }: NewGap): boolean {
    const stood = this.position
    if (stood === undefined) return false
    const isInEpoch = id.epoch === stood.epoch
    // The client holds these events: that is what these gaps are about.
    if (reason === 'diverged') return to?.epoch === stood.epoch && to.offset > stood.offset
    if (reason === 'ahead') return isInEpoch && id.offset >= stood.offset
    if (reason === 'epoch-lost' && isInEpoch) return true
    if (from === null || to === null) return isInEpoch && id.offset <= stood.offset
    return [from.epoch, to.epoch].some((epoch) => {
      const covered = rangeOf(from.offset, to.offset)
      return intersect(covered, this.#knownOf(epoch)).length > 0
    })
  }

  /** What the subscriber has of this epoch, or was told that it cannot have, since the last gap without bounds. */
  #knownOf(epoch: string): OffsetRanges {
    let known: OffsetRanges = this.#stretchOf(epoch)?.received ?? []
    for (const { reason, from, to } of this.#gaps) {
      if (reason === 'diverged' || from?.epoch !== epoch || to === null) continue
      known = unite(known, rangeOf(from.offset, to.offset))
    }
    return known
  }

  /** An event of an epoch that a gap called ended. */
  #refuteEnds(epoch: string, offset: number): void {
    for (const gap of this.#gaps) {
      const { end, isFalse } = gap
      if (isFalse || end?.epoch !== epoch || offset <= end.offset) continue
      gap.isFalse = true
      this.falseGaps++
    }
  }

  #receiveLate(stretch: OpenStretch, offset: number): Arrival {
    if (offset <= stretch.after) {
      this.duplicated++
      return 'duplicated'
    }
    stretch.received = [...unite(stretch.received, rangeOf(offset, offset))]
    const gap = this.#gaps.findLast(
      ({ from, to }) =>
        from?.epoch === stretch.epoch &&
        to !== null &&
        from.offset <= offset &&
        offset <= to.offset,
    )
    if (gap === undefined) {
      this.reordered++
      return 'reordered'
    }
    if (!gap.isFalse) this.falseGaps++
    gap.isFalse = true
    return 'next'
  }

  /**
   * What the subscriber has of this epoch. Only a gap without bounds that leads to another epoch allows a repeat: the
   * server, which has lost the subscriber's epoch, cannot know what it has of the others.
   */
  #heldOf(epoch: string): OffsetRanges {
    this.#closeRun()
    const held: OffsetRange[] = []
    for (let index = this.#stretches.length - 1; index >= 0; index--) {
      const { epoch: entered, continues, received } = this.#stretches[index]!
      if (entered === epoch) held.push(...received)
      if (continues === undefined && this.#stretches[index - 1]?.epoch !== entered) break
    }
    return held
  }

  /** The stretch of this epoch since the last gap without bounds, from which everything counts anew. */
  #stretchOf(epoch: string): OpenStretch | undefined {
    this.#closeRun()
    for (let index = this.#stretches.length - 1; index >= 0; index--) {
      const stretch = this.#stretches[index]!
      if (stretch.epoch === epoch) return stretch
      if (stretch.continues === undefined) return undefined
    }
    return undefined
  }

  /** Continues in another epoch without a gap. */
  #goOn(epoch: string, offset: number): void {
    const { epoch: continued, offset: stood } = this.position!
    this.#enter(epoch, Math.min(stood, offset), continued)
    this.#jump(offset + 1)
  }

  #enter(epoch: string, after: number, continues: string | undefined): void {
    this.#closeRun()
    this.#stretches.push({ epoch, after, continues, gaps: this.#toldGaps, received: [] })
    this.#epoch = undefined
    this.#from = after + 1
    this.#next = after + 1
  }

  /** Continues at this offset of the epoch. */
  #jump(next: number): void {
    this.#closeRun()
    // After a step back the next events are not those that the subscriber has: these would come twice.
    if (next < this.#next) this.#epoch = undefined
    this.#from = next
    this.#next = next
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
    this.forgotten += second.from - first.to - 1
    received.unshift({ from: first.from, to: second.to })
  }
}

/** Shared by all subscribers that were told none. */
const NO_GAPS: ReceivedGap[] = []

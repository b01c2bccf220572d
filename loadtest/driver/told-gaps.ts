/** The gaps that one subscriber was told, and whether they are true. */
import type { Position } from '../../src/wire/position.ts'
import { intersect, rangeOf, unite, type OffsetRanges } from './offset-ranges.ts'
import { endOf, type NewGap, type ReceivedGap } from './received-gap.ts'

/** Gaps that are kept. Beyond it the oldest is forgotten, and what it announced counts as lost. */
const MAX_GAPS = 1_000

export class ToldGaps {
  /** Gaps that cover what the subscriber had got, or got later, or that call an epoch ended which goes on. */
  untrue = 0
  /** All so far. */
  count = 0
  #gaps: ReceivedGap[] = NO_GAPS

  get all(): readonly ReceivedGap[] {
    return this.#gaps
  }

  /** `before`: where the subscriber stood. `receivedOf`: what it has of an epoch since the last gap without bounds. */
  add(
    gap: NewGap,
    before: Position | undefined,
    receivedOf: (epoch: string) => OffsetRanges,
  ): void {
    const isFalse = before !== undefined && this.#isFalse(gap, before, receivedOf)
    if (isFalse) this.untrue++
    if (this.#gaps === NO_GAPS) this.#gaps = []
    if (this.#gaps.length === MAX_GAPS) this.#gaps.shift()
    const count = ++this.count
    this.#gaps.push({ ...gap, before, count, end: endOf(gap, before), isFalse })
  }

  /** An event came: gaps that called its epoch ended before it are false. */
  refuteEnds(epoch: string, offset: number): void {
    for (const gap of this.#gaps) {
      const { end } = gap
      if (end?.epoch === epoch && offset > end.offset) this.#refute(gap)
    }
  }

  /** An event came late: the last gap that covers it is false. Returns whether there is one. */
  refuteCover(epoch: string, offset: number): boolean {
    const gap = this.#gaps.findLast(
      ({ from, to }) =>
        from?.epoch === epoch && to !== null && from.offset <= offset && offset <= to.offset,
    )
    if (gap !== undefined) this.#refute(gap)
    return gap !== undefined
  }

  #refute(gap: ReceivedGap): void {
    if (!gap.isFalse) this.untrue++
    gap.isFalse = true
  }

  /** Whether a gap covers what this subscriber has, or what an earlier gap announced. */
  #isFalse(
    { reason, from, to, id }: NewGap,
    stood: Position,
    receivedOf: (epoch: string) => OffsetRanges,
  ): boolean {
    const isInEpoch = id.epoch === stood.epoch
    // The client holds these events: that is what these gaps are about.
    if (reason === 'diverged') return to?.epoch === stood.epoch && to.offset > stood.offset
    if (reason === 'ahead') return isInEpoch && id.offset >= stood.offset
    if (reason === 'epoch-lost' && isInEpoch) return true
    if (from === null || to === null) return isInEpoch && id.offset <= stood.offset
    return [from.epoch, to.epoch].some((epoch) => {
      const covered = rangeOf(from.offset, to.offset)
      return intersect(covered, unite(receivedOf(epoch), this.#announcedOf(epoch))).length > 0
    })
  }

  #announcedOf(epoch: string): OffsetRanges {
    let announced: OffsetRanges = []
    for (const { reason, from, to } of this.#gaps) {
      if (reason === 'diverged' || from?.epoch !== epoch || to === null) continue
      announced = unite(announced, rangeOf(from.offset, to.offset))
    }
    return announced
  }
}

/** Shared by all subscribers that were told none. */
const NO_GAPS: ReceivedGap[] = []

/**
 * Holds what one subscriber got against what was accepted. The law: every event accepted after its position is
 * delivered once, in order, or lies within the bounds of a gap. Null bounds stand for everything up to the position in
 * the gap's id.
 */
import {
  countOffsets,
  intersect,
  rangeOf,
  subtract,
  unite,
  type OffsetRange,
  type OffsetRanges,
} from './offset-ranges.ts'
import { NUMBERS, uniteAll, type PublishedEpoch, type PublishedEvents } from './published-events.ts'
import type { ReceivedEvents, ReceivedGap, Stretch } from './received-events.ts'

/** What a judge must know of a subscriber besides its events. */
export interface Presence {
  /** When it had its first place, in microseconds; undefined if it never had one. */
  readonly openedAt: number | undefined
  /** Whether it is owed what comes after its last event: not if it was closed, or reads slowly on purpose. */
  readonly staysToEnd: boolean
}

export interface SubscriberJudgement {
  readonly delivered: number
  readonly announced: number
  readonly lost: number
  /** One of the lost ranges. */
  readonly example: (OffsetRange & { readonly epoch: string }) | undefined
}

export function judgeSubscriber(
  received: ReceivedEvents,
  presence: Presence,
  published: PublishedEvents,
): SubscriberJudgement {
  const { stretches, gaps, forgotten } = received
  let [delivered, announced, lost] = [-forgotten, 0, forgotten]
  let example: SubscriberJudgement['example']
  for (const [epoch, events] of published.epochs) {
    const own = stretches.filter((stretch) => stretch.epoch === epoch)
    const interval = rangeOf(
      firstOwed(epoch, events, own, received, presence),
      lastOwed(epoch, own, received, presence),
    )
    const owed = unite(intersect(events.known, interval), holesBefore(events, own, published))
    const missing = subtract(owed, uniteAll(own.map((stretch) => stretch.received)))
    const missed = subtract(missing, announcedIn(epoch, events, gaps))
    delivered += countOffsets(owed) - countOffsets(missing)
    announced += countOffsets(missing) - countOffsets(missed)
    lost += countOffsets(missed)
    if (missed[0] !== undefined) example ??= { epoch, ...missed[0] }
  }
  return { delivered, announced, lost, example }
}

function firstOwed(
  epoch: string,
  events: PublishedEpoch,
  own: readonly Stretch[],
  { begin }: ReceivedEvents,
  { openedAt = Number.POSITIVE_INFINITY }: Presence,
): number {
  if (epoch !== NUMBERS && begin?.epoch === epoch) return begin.offset + 1
  const afterOpening = events.firstDueFrom(openedAt)
  if (epoch === NUMBERS) return afterOpening
  return Math.min(afterOpening, ...own.map(({ after }) => after + 1))
}

function lastOwed(
  epoch: string,
  own: readonly Stretch[],
  { position }: ReceivedEvents,
  { staysToEnd }: Presence,
): number {
  if (staysToEnd) return Number.POSITIVE_INFINITY
  if (position?.epoch === epoch) return position.offset
  return own.length > 0 ? Number.POSITIVE_INFINITY : 0
}

/**
 * What is missing where an epoch continued another, before the first offset that anyone knows of it. The events have
 * the name of one of the two.
 */
function holesBefore(
  { known }: PublishedEpoch,
  own: readonly Stretch[],
  published: PublishedEvents,
): OffsetRanges {
  const first = known[0]?.from ?? 0
  const holes = own.map(({ after, continues }) => {
    if (continues === undefined) return []
    return subtract(rangeOf(after + 1, first - 1), published.epochs.get(continues)?.known ?? [])
  })
  return uniteAll(holes)
}

function announcedIn(
  epoch: string,
  events: PublishedEpoch,
  gaps: readonly ReceivedGap[],
): OffsetRanges {
  return uniteAll(gaps.map((gap) => announcedBy(gap, epoch, events)))
}

function announcedBy(
  { from, to, id, before, at }: ReceivedGap,
  epoch: string,
  events: PublishedEpoch,
): OffsetRanges {
  if (from !== null && to !== null) {
    return [from.epoch, to.epoch].includes(epoch) ? rangeOf(from.offset, to.offset) : []
  }
  const start = before?.epoch === epoch ? before.offset + 1 : 1
  // In other epochs, what was due before the gap was told is what came before the gap's position.
  const end = id.epoch === epoch ? id.offset : events.firstDueFrom(at) - 1
  return rangeOf(start, end)
}

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
  uniteAll,
  type OffsetRange,
  type OffsetRanges,
} from './offset-ranges.ts'
import { NUMBERS, type PublishedEpoch, type PublishedEvents } from './published-events.ts'
import type { ReceivedEvents } from './received-events.ts'
import type { ReceivedGap } from './received-gap.ts'
import type { Stretch } from './stretches.ts'

/** What a judge must know of a subscriber besides its events. */
export interface Presence {
  /** When the connection began that gave it its first place. */
  readonly askedAt: number | undefined
  /** When it had its first place, in microseconds; undefined if it never had one. */
  readonly openedAt: number | undefined
  /** So many of the newest events of its channel at that time should come, if the log keeps them. */
  readonly askedHistory: number
  /** Whether it is owed what comes after its last event: not if it was closed, or reads slowly on purpose. */
  readonly staysToEnd: boolean
}

export interface SubscriberJudgement {
  readonly owed: number
  readonly announced: number
  readonly lost: number
  /** Asked for by a start before the latest and not delivered, though nobody knows whether the log kept it. */
  readonly notReplayed: number
  /** One of the lost ranges. */
  readonly example: (OffsetRange & { readonly epoch: string }) | undefined
}

export function judgeSubscriber(
  received: ReceivedEvents,
  presence: Presence,
  published: PublishedEvents,
): SubscriberJudgement {
  const { gaps, forgottenHoles, isIncomplete } = received
  const stretches = Map.groupBy(received.stretches, ({ epoch }) => epoch)
  let [delivered, announced, notReplayed] = [-forgottenHoles, 0, 0]
  const lost = new Map<string, OffsetRanges>()
  for (const [epoch, events] of published.epochs) {
    const own = stretches.get(epoch) ?? []
    // Nobody knows what came in the epochs that are forgotten.
    const got = isIncomplete ? [] : uniteAll(own.map((stretch) => stretch.received))
    const asked = intersect(events.known, historyAsked(epoch, received, presence, published))
    const oldest = events.oldestKept(presence.openedAt ?? Infinity)
    const kept = intersect(asked, rangeOf(oldest, Infinity))
    const later = owedIn(epoch, own, gaps, presence, published)
    const owed = intersect(
      intersect(events.known, unite(got, unite(kept, later))),
      rangeOf(0, lastOwed(epoch, got, received, presence)),
    )
    const missing = subtract(owed, got)
    const missed =
      missing.length === 0 ? [] : subtract(missing, announcedIn(epoch, own, gaps, events))
    delivered += countOffsets(owed) - countOffsets(missing)
    announced += countOffsets(missing) - countOffsets(missed)
    notReplayed += countOffsets(subtract(asked, owed))
    lost.set(epoch, missed)
  }
  for (const [epoch, events] of published.epochs) {
    const own = stretches.get(epoch) ?? []
    const holes = holesBefore(events, own, lost)
    if (holes.length === 0) continue
    const missed = subtract(holes, announcedIn(epoch, own, gaps, events))
    announced += countOffsets(holes) - countOffsets(missed)
    lost.set(epoch, unite(lost.get(epoch) ?? [], missed))
  }
  const [example] = Array.from(lost).flatMap(([epoch, [range]]) =>
    range ? [{ epoch, ...range }] : [],
  )
  const count = Array.from(lost.values(), countOffsets).reduce(
    (sum, offsets) => sum + offsets,
    forgottenHoles,
  )
  return { owed: delivered + count, announced, lost: count, notReplayed, example }
}

/**
 * The newest events at the opening, which a start before the latest asked for, whatever the server's first position
 * says. A log may keep fewer: those are owed that it certainly kept. After a fail-over it is not certain which these
 * were.
 */
function historyAsked(
  epoch: string,
  { begin }: ReceivedEvents,
  { openedAt, askedHistory, staysToEnd }: Presence,
  published: PublishedEvents,
): OffsetRanges {
  if (askedHistory === 0) return []
  const isCertain = begin?.epoch === epoch && staysToEnd && published.hasOneEpoch
  if (!isCertain || openedAt === undefined) return []
  const top = published.epochs.get(epoch)!.topBefore(openedAt)
  return rangeOf(top - askedHistory + 1, top)
}

/**
 * What was due after the subscriber opened, and what follows its place, up to the last event that it got. A fail-over
 * may have lost what came after that one.
 */
function owedIn(
  epoch: string,
  own: readonly Stretch[],
  gaps: readonly ReceivedGap[],
  { openedAt = Number.POSITIVE_INFINITY }: Presence,
  published: PublishedEvents,
): OffsetRanges {
  const dueLater = rangeOf(published.epochs.get(epoch)!.firstDueFrom(openedAt), Infinity)
  // Where a gap took it back to the log's end, it is not owed again what it stood after.
  const entered = own.filter((stretch) => !gaps.some((gap) => isBackTo(stretch, gap)))
  if (epoch === NUMBERS || entered.length === 0) return dueLater
  const after = Math.min(...entered.map((stretch) => stretch.after))
  const upToLast = entered.map((stretch) =>
    rangeOf(stretch.after + 1, stretch.received.at(-1)?.to ?? 0),
  )
  return uniteAll([rangeOf(after + 1, published.lastOnLine(epoch)), ...upToLast, dueLater])
}

function isBackTo({ gaps, after }: Stretch, { reason, before, id, count }: ReceivedGap): boolean {
  return reason === 'ahead' && count === gaps && after === id.offset && before?.epoch === id.epoch
}

function lastOwed(
  epoch: string,
  got: OffsetRanges,
  { position, stretches }: ReceivedEvents,
  { staysToEnd }: Presence,
): number {
  if (staysToEnd) return Number.POSITIVE_INFINITY
  if (position?.epoch === epoch) return Math.max(position.offset, got.at(-1)?.to ?? 0)
  const cameThrough = stretches.some((stretch) => stretch.epoch === epoch)
  return cameThrough ? Number.POSITIVE_INFINITY : 0
}

/**
 * What is missing where an epoch continued another, before the first offset that anyone knows of it. The events have
 * the name of one of the two.
 */
function holesBefore(
  { known }: PublishedEpoch,
  own: readonly Stretch[],
  lost: ReadonlyMap<string, OffsetRanges>,
): OffsetRanges {
  const first = known[0]?.from ?? 0
  const holes = own.map(({ after, continues }) => {
    if (continues === undefined) return []
    return subtract(rangeOf(after + 1, first - 1), lost.get(continues) ?? [])
  })
  return uniteAll(holes)
}

function announcedIn(
  epoch: string,
  own: readonly Stretch[],
  gaps: readonly ReceivedGap[],
  events: PublishedEpoch,
): OffsetRanges {
  return uniteAll(gaps.map((gap) => announcedBy(gap, epoch, events, own)))
}

function announcedBy(
  { reason, from, to, id, before, at, count }: ReceivedGap,
  epoch: string,
  events: PublishedEpoch,
  own: readonly Stretch[],
): OffsetRanges {
  if (from !== null && to !== null) {
    return [from.epoch, to.epoch].includes(epoch) ? rangeOf(from.offset, to.offset) : []
  }
  if (reason === 'ahead') {
    // The log lost what is between the two, and the subscriber has it.
    return before?.epoch === epoch ? rangeOf(id.offset + 1, before.offset) : []
  }
  const [earlier, later] = [
    own.filter(({ gaps }) => gaps < count),
    own.filter(({ gaps }) => gaps >= count),
  ]
  const stood = earlier.map(({ after, received }) => Math.max(after, received.at(-1)?.to ?? 0))
  const start = 1 + Math.max(before?.epoch === epoch ? before.offset : 0, ...stood)
  if (id.epoch === epoch) return rangeOf(start, id.offset)
  // In other epochs, what was due before the gap was told is what came before the gap's position.
  const next = Math.min(events.firstDueFrom(at), ...later.map(({ after }) => after + 1))
  return rangeOf(start, next - 1)
}

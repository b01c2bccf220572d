import type { Presence } from './judge-subscriber.ts'
import { intersect, rangeOf } from './offset-ranges.ts'
import type { ReceivedEvents } from './received-events.ts'
import type { ReceivedGap } from './received-gap.ts'

/** Microseconds after which all processes of a server know what it has trimmed. */
const SETTLED = 1e6

interface Witness {
  readonly received: ReceivedEvents
  readonly presence: Presence
}

/**
 * Gaps that called events trimmed which a subscriber got that came only later. A subscriber that was there before may
 * have had them under way.
 */
export function countRefutedGaps({ gaps }: ReceivedEvents, witnesses: readonly Witness[]): number {
  const trimmed = gaps.filter(({ reason, isFalse }) => reason === 'trimmed' && !isFalse)
  return trimmed.filter((gap) => witnesses.some((witness) => refutes(witness, gap))).length
}

function refutes({ received, presence }: Witness, { from, to, at }: ReceivedGap): boolean {
  const { askedAt = 0 } = presence
  if (askedAt < at + SETTLED || from === null || to === null) return false
  const covered = rangeOf(from.offset, to.offset)
  return received.stretches.some(
    ({ epoch, received: ranges }) =>
      [from.epoch, to.epoch].includes(epoch) && intersect(covered, ranges).length > 0,
  )
}

import type { PublishedEvents } from './published-events.ts'
import type { ReceivedEvents } from './received-events.ts'

/**
 * Gaps that called events trimmed which the log still kept then. A fail-over may bring back what was trimmed, so that
 * nothing is certain after one.
 */
export function countRefutedGaps({ gaps }: ReceivedEvents, published: PublishedEvents): number {
  if (gaps.length === 0 || !published.hasOneEpoch) return 0
  return gaps.filter(({ reason, isFalse, from, to, at }) => {
    if (reason !== 'trimmed' || isFalse || from === null || to === null) return false
    const oldest = published.epochs.get(to.epoch)?.oldestKept(at) ?? Number.POSITIVE_INFINITY
    return oldest <= to.offset
  }).length
}

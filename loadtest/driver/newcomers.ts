/**
 * How far back a log reached, as subscribers tell that came late. A log forgets its oldest events first: whoever gets an
 * event proves that it was kept before, with all that follow it.
 */
import type { Newcomer } from './commands.ts'
import { firstIndex } from './first-index.ts'

/** Microseconds after which all processes of a server know what it has trimmed. */
const SETTLED = 1e6

/** Those that got an older event than all who came after them, in the order in which they asked. */
export function furthestBack(newcomers: readonly Newcomer[]): readonly Newcomer[] {
  const found: Newcomer[] = []
  for (const newcomer of newcomers.toSorted((one, other) => other.askedAt - one.askedAt)) {
    if (newcomer.oldest < (found.at(-1)?.oldest ?? Number.POSITIVE_INFINITY)) found.push(newcomer)
  }
  return found.toReversed()
}

/** The lowest offset that was certainly kept at this time, by the answer of `furthestBack`; infinite if none was. */
export function oldestKept(newcomers: readonly Newcomer[], time: number): number {
  const first = firstIndex(newcomers.length, (at) => newcomers[at]!.askedAt >= time + SETTLED)
  return newcomers[first]?.oldest ?? Number.POSITIVE_INFINITY
}

import type { Gap } from '../../src/schema/system-events.ts'
import { forkOf, leadsThrough, placesBetween, type Place } from './event-tree.ts'
import type { From } from './observation.ts'
import { isNamed, remembers, type State, type World } from './world.ts'

/** One channel of a client that gets a gap. */
export interface Client {
  /** Undefined if the client's words were never given out. */
  readonly place: Place | undefined
  /**
   * The positions that the log may have for the client: the one it sent, or, on an open stream, any name of
   * its place.
   */
  readonly words: readonly string[]
  readonly from: From
}

/**
 * Finds the fault of a gap that leaves the client at `end`, as a sentence; undefined if the gap is right. The rules:
 *
 * - `trimmed`: `from` to `to` are all events after the client's place up to `end`. The log keeps none of them, and
 *   `missed` is their number.
 * - `diverged`: `from` to `to` are all events that the client has and the log's line has not, `missed` is their number,
 *   and `end` is the fork. Trimmed events after the fork are another gap.
 * - `ahead`: the client has all of the line and more, and `end` is the top.
 * - `epoch-lost`: the log does not remember the epoch or incarnation of the client's words. No event up to `end` is
 *   kept, so that all kept events still come.
 * - `unknown-cursor`: the client's words were never given out, and `end` is where a first connect begins.
 *
 * The last three have no bounds. A client whose words were never given out has no known events: it must get a gap,
 * of any reason but `trimmed`, that covers no kept event.
 */
export function findGapFault(
  gap: Gap,
  client: Client,
  end: Place | undefined,
  world: World,
  state: State,
): string | undefined {
  const { tip, oldest } = state
  if (end === undefined) return 'its id was never given out'
  if (!leadsThrough(tip, end)) return 'its id is not on the line of the log'
  const { place } = client
  switch (gap.reason) {
    case 'trimmed': {
      const missing = place === undefined ? undefined : placesBetween(place, end)
      if (missing === undefined) return 'its id does not follow the place of the client'
      const kept = missing.find(({ offset }) => offset >= oldest)
      if (kept !== undefined) return `it covers ${kept.name}, which is kept`
      return findBoundsFault(gap, missing, world, state)
    }
    case 'diverged': {
      if (place === undefined) return undefined
      const fork = forkOf(place, tip)
      if (fork === undefined) return 'the client and the log share no history'
      if (fork !== end) return `the fork is at ${fork.name}`
      return findBoundsFault(gap, placesBetween(fork, place)!, world, state)
    }
    case 'ahead':
      if (hasBounds(gap)) return NO_BOUNDS
      if (end !== tip) return `the top is ${tip.name}`
      if (place === undefined) return undefined
      return place !== tip && leadsThrough(place, tip)
        ? undefined
        : `${place.name} is not beyond it`
    case 'epoch-lost': {
      if (hasBounds(gap)) return NO_BOUNDS
      if (end.offset >= oldest) return `it covers ${end.name}, which is kept`
      const isKnown = client.words.every((words) => remembers(state, words.slice(0, 8)))
      return place !== undefined && isKnown ? `${place.name} is remembered` : undefined
    }
    case 'unknown-cursor':
      if (hasBounds(gap)) return NO_BOUNDS
      if (place !== undefined) return `${place.name} was given out`
      return isStart(end, state, client.from)
        ? undefined
        : `a first connect does not begin at ${end.name}`
  }
}

export function isStart(place: Place | undefined, { tip, oldest }: State, from: From): boolean {
  if (place === undefined || !leadsThrough(tip, place)) return false
  if (from === 'latest') return place === tip
  if (from === 'earliest') return place.offset === oldest - 1
  const wanted = Math.max(0, tip.offset - from.last)
  // A pod may still have events that the log has trimmed. If it skips one that is kept, that is a breach of
  // its own.
  return place.offset === wanted || place.offset === Math.max(wanted, oldest - 1)
}

const NO_BOUNDS = 'this reason has no bounds'

function hasBounds({ from, to, missed }: Gap): boolean {
  return from !== null || to !== null || missed !== null
}

/** Checks that bounds are exact: the first and the last missing event, and their number. */
function findBoundsFault(
  { from, to, missed }: Gap,
  missing: readonly Place[],
  world: World,
  state: State,
): string | undefined {
  const [first, last] = [missing[0], missing.at(-1)]
  if (first === undefined || last === undefined) return 'nothing is missing'
  const isAt = (position: string | null, place: Place) =>
    position !== null && world.placeOf(position) === place && isNamed(place, position, state)
  if (!isAt(from, first)) return `it begins at ${first.name}`
  if (!isAt(to, last)) return `it ends at ${last.name}`
  return missed === missing.length ? undefined : `${missing.length} are missing`
}

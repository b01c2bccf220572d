import type { Gap } from '../../src/schema/system-events.ts'
import { forkOf, leadsThrough, placesBetween, type Place } from './event-tree.ts'
import type { From } from './observation.ts'
import { isNamed, remembers, type State, type World } from './world.ts'

/** One channel of a client that is told a gap. */
export interface Client {
  /** Undefined where its words were never given out. */
  readonly place: Place | undefined
  /** All that the log may know it by: what it sent, or any name of its place once a stream is open. */
  readonly words: readonly string[]
  readonly from: From
}

/**
 * What is wrong with a gap that leaves the client at `end`, in the words of a sentence. A true one says:
 *
 * - `trimmed`: `from` to `to` are the events right after the client's place up to `end`, all of them gone
 *   from the log's line, and `missed` is their number.
 * - `diverged`: `from` to `to` are the events that the client holds and the line does not, all of them,
 *   `missed` is their number, and `end` is the fork. What is missing of the line since then is another gap.
 * - `ahead`: the client holds all of the line and more, and `end` is the top.
 * - `epoch-lost`: the log does not remember the epoch or incarnation of the client's words. All up to `end` is
 *   gone, so that what is kept still comes.
 * - `unknown-cursor`: the client's words were never given out, and `end` is where a first connect begins.
 *
 * The last three have no bounds. A client whose words were never given out holds nothing that could be
 * counted: it must be told a gap, of whatever reason but `trimmed`, that does not hide what is kept.
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
  // A pod may still hold what the log has trimmed; if it does not, what it skips is a breach of its own.
  return place.offset === wanted || place.offset === Math.max(wanted, oldest - 1)
}

const NO_BOUNDS = 'this reason has no bounds'

function hasBounds({ from, to, missed }: Gap): boolean {
  return from !== null || to !== null || missed !== null
}

/** Bounds are exact: the first and the last of what is missing, and how many there are. */
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

/**
 * A node in the tree of accepted events: the place right after one event, or the beginning of a history. A
 * fail-over adds a branch, since another event then follows the same place. Places are compared by identity,
 * so that nothing here rests on the names that a log gives them.
 */
export interface Place {
  /** The place before its event; undefined where a history begins. */
  readonly previous: Place | undefined
  /** Number of events from the beginning up to here. */
  readonly offset: number
  /** The first of its names. */
  readonly name: string
  /** Of its event, unique in its world. */
  readonly data: string
}

/** Whether a line that ends at `tip` leads through this place. */
export function leadsThrough(tip: Place, place: Place): boolean {
  return ancestorAt(tip, place.offset) === place
}

/** The last place that both lines share; undefined if they began apart. */
export function forkOf(a: Place, b: Place): Place | undefined {
  const depth = Math.min(a.offset, b.offset)
  let left = ancestorAt(a, depth)
  let right = ancestorAt(b, depth)
  while (left !== right) {
    left = left?.previous
    right = right?.previous
  }
  return left
}

/** The places after one up to another, oldest first; undefined unless they stand on one line. */
export function placesBetween(start: Place, end: Place): readonly Place[] | undefined {
  const places: Place[] = []
  let place = end
  for (; place.offset > start.offset; place = place.previous!) places.push(place)
  return place === start ? places.toReversed() : undefined
}

/** The place of this offset on a line; undefined beyond its end. */
export function ancestorAt(tip: Place, offset: number): Place | undefined {
  let place: Place | undefined = tip
  while (place !== undefined && place.offset > offset) place = place.previous
  return place?.offset === offset ? place : undefined
}

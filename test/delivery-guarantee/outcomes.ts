import { forkOf, type Place } from './event-tree.ts'
import { smallWorlds } from './small-worlds.ts'
import { remembers, type World } from './world.ts'

/** A position that a client may bring, in a world where resuming from it has this outcome. */
export interface Case {
  readonly outcome: string
  readonly world: World
  readonly position: string
}

/** The number of lost, trimmed or kept events where there are any: 1 would hide an off-by-one error. */
const SOME = 2

/** One case for each class of outcome, from the small worlds. */
export function casesOfEachOutcome(): readonly Case[] {
  const cases = new Map<string, Case>()
  for (const world of smallWorlds(2 * SOME)) {
    const beyond = world.state.chain.slice(-1).map(({ epoch }) => `${epoch}-99`)
    for (const position of [...world.positions, ...beyond]) {
      const outcome = outcomeOf(world, position)
      if (!cases.has(outcome)) cases.set(outcome, { outcome, world, position })
    }
  }
  cases.delete(OTHER)
  return [...cases.values()]
}

const OTHER = 'counts other than 0 and SOME'

function outcomeOf(world: World, position: string): string {
  const { state } = world
  const { tip, oldest, chain } = state
  const epoch = position.slice(0, 8)
  const place = world.placeOf(position)
  const isKnown = place !== undefined && remembers(state, epoch)
  const shared = isKnown ? (forkOf(place, tip)?.offset ?? 0) : 0
  const lost = isKnown ? place.offset - shared : 0
  const trimmed = Math.max(0, oldest - 1 - shared)
  const kept = tip.offset - Math.max(shared, oldest - 1)
  if ([lost, trimmed, kept].some((count) => count !== 0 && count !== SOME)) return OTHER
  const words = [
    nameWords(place, isKnown),
    isKnown && chain.length === 0 && 'unwritten',
    lost > 0 && 'lost',
    lost > 0 && chain.at(-1)?.epoch === epoch && 'not noticed',
    trimmed > 0 && 'trimmed',
    kept > 0 && 'kept',
  ]
  return words.filter((word) => word !== false).join(', ')
}

function nameWords(place: Place | undefined, isKnown: boolean): string {
  if (place === undefined) return 'never given out'
  return isKnown ? 'known' : 'forgotten'
}

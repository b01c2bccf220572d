import { World } from './world.ts'

const MAX_EPOCHS = 3

/**
 * All small worlds of one channel: up to three epochs and six offsets, with every fail-over, every cut of the
 * epoch chain and every trim. Each world has an older history that was flushed, and three incarnations, one
 * of them forgotten.
 */
export function* smallWorlds(maxOffset = 6): Generator<World> {
  const world = new World()
  world.append(2)
  world.flush()
  world.rotateIncarnations()
  world.rotateIncarnations()
  for (const written of withEpochs(world, MAX_EPOCHS, maxOffset)) yield* cutAndTrimmed(written)
}

/** The channel as it is, and with up to so many epochs more. */
function* withEpochs(world: World, epochs: number, maxOffset: number): Generator<World> {
  yield world
  if (epochs === 0) return
  const next = world.copy()
  next.openEpoch()
  for (;;) {
    for (let lost = 0; lost <= next.undoable; lost++) {
      const failed = next.copy()
      failed.failOver(lost)
      yield* withEpochs(failed, epochs - 1, maxOffset)
    }
    if (next.state.tip.offset === maxOffset) return
    next.append(1)
  }
}

function* cutAndTrimmed(world: World): Generator<World> {
  for (let cut = 0; cut < Math.max(1, world.state.chain.length); cut++) {
    for (let gone = 0; gone <= world.state.tip.offset; gone++) {
      const small = world.copy()
      if (cut > 0) small.forgetEpochs(cut)
      small.trim(gone)
      small.settle()
      yield small
    }
  }
}

/** `resume` keeps the delivery guarantee in every small world of one channel, and in larger random ones. */
import * as fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { judgeResume } from './judge-resume.ts'
import { smallWorlds } from './small-worlds.ts'
import { World } from './world.ts'

/** Milliseconds, enough for a loaded machine. */
const PATIENCE = 240_000

test(
  'every position ever given out is resumed as guaranteed, in every small world',
  { timeout: PATIENCE },
  () => {
    let worlds = 0
    for (const world of smallWorlds()) {
      worlds++
      collect(world, world.positions)
    }
    expect(breaches).toEqual([])
    // A generator that yields nothing would pass unnoticed.
    expect(worlds).toBeGreaterThan(200_000)
  },
)

test(
  'a position that was never given out gets a gap, in every small world',
  { timeout: PATIENCE },
  () => {
    for (const world of smallWorlds()) collect(world, neverGivenOut(world))
    expect(breaches).toEqual([])
  },
)

const step = fc.oneof(
  { weight: 6, arbitrary: stepOf('append', fc.integer({ min: 1, max: 9 })) },
  { weight: 3, arbitrary: stepOf('trim', fc.integer({ min: 1, max: 9 })) },
  { weight: 3, arbitrary: stepOf('failOver', fc.nat(6)) },
  { weight: 1, arbitrary: stepOf('openEpoch', fc.constant(0)) },
  { weight: 1, arbitrary: stepOf('forgetEpochs', fc.integer({ min: 1, max: 2 })) },
  { weight: 1, arbitrary: stepOf('rotateIncarnations', fc.constant(0)) },
  { weight: 1, arbitrary: stepOf('flush', fc.constant(0)) },
)

test('every position ever given out is resumed as guaranteed, in random worlds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (script) => {
      const world = new World()
      for (const { run } of script) run(world)
      world.settle()
      breaches = []
      collect(world, world.positions)
      collect(world, neverGivenOut(world))
      expect(breaches).toEqual([])
    }),
    { numRuns: 3_000 },
  )
})

type StepName =
  | 'append'
  | 'trim'
  | 'failOver'
  | 'openEpoch'
  | 'forgetEpochs'
  | 'rotateIncarnations'
  | 'flush'

function stepOf(name: StepName, size: fc.Arbitrary<number>) {
  return size.map((count) => ({
    run: (world: World) => {
      if (name === 'openEpoch' || name === 'rotateIncarnations' || name === 'flush') world[name]()
      else world[name](count)
    },
    toString: () => `${name} ${count}`,
  }))
}

/** The first breaches are enough to find a mistake. */
const MAX_BREACHES = 5
let breaches: unknown[] = []

beforeEach(() => {
  breaches = []
})

function collect(world: World, positions: Iterable<string>): void {
  if (breaches.length >= MAX_BREACHES) return
  const { tip, ...state } = world.state
  for (const position of positions) {
    for (const breach of judgeResume(world, position)) {
      breaches.push({ ...state, top: tip.name, position, breach })
    }
  }
}

/** Positions that no log ever gave out, with remembered and unknown epochs and incarnations. */
function neverGivenOut(world: World): readonly string[] {
  const { chain, incarnations, tip } = world.state
  const words = [...chain.map(({ epoch }) => epoch), ...incarnations, 'zzzzzzzz']
  const offsets = [0, 1, tip.offset, tip.offset + 1, tip.offset + 9]
  return words
    .flatMap((word) => offsets.map((offset) => `${word}-${offset}`))
    .filter((position) => world.placeOf(position) === undefined)
}

/** The law for streams and polls of a whole service while the world changes under them. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { inLanes } from './lanes.ts'
import { Scene } from './scene.ts'
import { scripts } from './scripts.ts'

/** For a machine that does much else, in ms. */
const PATIENCE = 240_000

test('the law holds in each scene of a fixed sample', { timeout: PATIENCE }, async () => {
  const sample = fc.sample(scripts, { seed: 12, numRuns: 150 })
  const breaches = await inLanes(sample.entries(), async ([index, script]) => {
    const found = await Scene.play(script)
    return found.map((breach) => `scene ${index}: ${breach}`)
  })
  expect(breaches).toEqual([])
})

test('the law holds whatever happens', { timeout: PATIENCE }, async () => {
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      expect(await Scene.play(script)).toEqual([])
    }),
    { numRuns: 60, endOnFailure: true },
  )
})

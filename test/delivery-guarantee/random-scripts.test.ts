/** Streams and polls of two pods keep the delivery guarantee while random scripts change the log. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { collectConcurrently } from './collect-concurrently.ts'
import { Simulation } from './simulation.ts'
import { scripts } from './random-scripts.ts'

/** Milliseconds, enough for a loaded machine. */
const PATIENCE = 240_000

test('the guarantee holds in a fixed sample of scripts', { timeout: PATIENCE }, async () => {
  const sample = fc.sample(scripts, { seed: 12, numRuns: 150 })
  const breaches = await collectConcurrently(sample.entries(), async ([index, script]) => {
    const found = await Simulation.run(script)
    return found.map((breach) => `script ${index}: ${breach}`)
  })
  expect(breaches).toEqual([])
})

test('the guarantee holds in random scripts', { timeout: PATIENCE }, async () => {
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      expect(await Simulation.run(script)).toEqual([])
    }),
    { numRuns: 60, endOnFailure: true },
  )
})

import * as fc from 'fast-check'

/** Printed with every run; `FUZZ_SEED` repeats it. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)

/** Values generated at a time: all at once would take much memory. */
const BATCH = 1_000

/** Yields `count` values, the same ones for the same seed. */
export function* samples<T>(arbitrary: fc.Arbitrary<T>, count: number): Generator<T> {
  for (let done = 0; done < count; done += BATCH) {
    const numRuns = Math.min(BATCH, count - done)
    yield* fc.sample(arbitrary, { numRuns, seed: SEED + done })
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { WriteScheduler, type ScheduledWriter } from './write-scheduler.ts'

/** Has a number of writes to do, and records each. */
class Writer implements ScheduledWriter {
  left: number
  readonly #name: string
  readonly #scheduler: WriteScheduler
  readonly #noted: string[]

  constructor(name: string, left: number, scheduler: WriteScheduler, noted: string[]) {
    this.#name = name
    this.left = left
    this.#scheduler = scheduler
    this.#noted = noted
  }

  takeTurn(budget: number): number {
    const writes = Math.min(this.left, budget)
    this.left -= writes
    for (let write = 0; write < writes; write++) this.#noted.push(this.#name)
    if (this.left > 0) this.#scheduler.add(this)
    return writes
  }
}

test('all writes are done, none in the tick of its request, and at most 250 in a turn', async () => {
  // Some amounts fill whole turns, after which only waiting writers make the next turn run.
  const amount = fc.oneof(fc.constantFrom(250, 500), fc.integer({ min: 1, max: 1_200 }))
  const amounts = fc.array(amount, { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(amounts, async (lefts) => {
      const scheduler = new WriteScheduler()
      const noted: string[] = []
      for (const [index, left] of lefts.entries()) {
        scheduler.add(new Writer(String(index), left, scheduler, noted))
      }
      expect(noted).toEqual([])
      const all = lefts.reduce((sum, left) => sum + left, 0)
      for (let rounds = 1; noted.length < all; rounds++) {
        await nextTurn()
        expect(noted.length).toBe(Math.min(rounds * 250, all))
      }
    }),
    { numRuns: 30 },
  )
})

test('a writer that is added several times before its turn runs once', async () => {
  const scheduler = new WriteScheduler()
  let served = 0
  const writer = { takeTurn: () => (served++, 0) }
  scheduler.add(writer)
  scheduler.add(writer)
  await nextTurn()
  expect(served).toBe(1)
  scheduler.add(writer)
  await nextTurn()
  expect(served).toBe(2)
})

test('a writer that adds itself without end leaves the others their turn', async () => {
  const scheduler = new WriteScheduler()
  const noted: string[] = []
  scheduler.add(new Writer('endless', Number.POSITIVE_INFINITY, scheduler, noted))
  scheduler.add(new Writer('small', 1, scheduler, noted))
  await nextTurn()
  await nextTurn()
  expect(noted.filter((name) => name === 'small')).toHaveLength(1)
  expect(noted.length).toBe(500)
})

test('waiting writers run before one that adds itself again', async () => {
  const scheduler = new WriteScheduler()
  const noted: string[] = []
  for (const name of ['a', 'b', 'c', 'd']) scheduler.add(new Writer(name, 400, scheduler, noted))
  while (noted.length < 1_600) await nextTurn()
  const order = noted.filter((name, index) => name !== noted[index - 1])
  expect(order.slice(0, 4)).toEqual(['a', 'b', 'c', 'd'])
})

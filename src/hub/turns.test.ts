import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Turns, type Turn } from './turns.ts'

/** Has so many writes to do, one after the other, and notes them. */
class Writer implements Turn {
  left: number
  readonly #name: string
  readonly #turns: Turns
  readonly #noted: string[]

  constructor(name: string, left: number, turns: Turns, noted: string[]) {
    this.#name = name
    this.left = left
    this.#turns = turns
    this.#noted = noted
  }

  takeTurn(budget: number): number {
    const writes = Math.min(this.left, budget)
    this.left -= writes
    for (let write = 0; write < writes; write++) this.#noted.push(this.#name)
    if (this.left > 0) this.#turns.add(this)
    return writes
  }
}

test('all writes are done, none in the tick they were asked for, and 250 in a turn at most', async () => {
  // Whole turns among them, after which nobody asks for the next one but those that wait.
  const amount = fc.oneof(fc.constantFrom(250, 500), fc.integer({ min: 1, max: 1_200 }))
  const amounts = fc.array(amount, { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(amounts, async (lefts) => {
      const turns = new Turns()
      const noted: string[] = []
      for (const [index, left] of lefts.entries()) {
        turns.add(new Writer(String(index), left, turns, noted))
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

test('what is added several times before its turn is served once', async () => {
  const turns = new Turns()
  let served = 0
  const turn = { takeTurn: () => (served++, 0) }
  turns.add(turn)
  turns.add(turn)
  await nextTurn()
  expect(served).toBe(1)
  turns.add(turn)
  await nextTurn()
  expect(served).toBe(2)
})

test('whoever adds itself without end leaves others their turn', async () => {
  const turns = new Turns()
  const noted: string[] = []
  turns.add(new Writer('endless', Number.POSITIVE_INFINITY, turns, noted))
  turns.add(new Writer('small', 1, turns, noted))
  await nextTurn()
  await nextTurn()
  expect(noted.filter((name) => name === 'small')).toHaveLength(1)
  expect(noted.length).toBe(500)
})

test('those that wait are served before whoever comes back for more', async () => {
  const turns = new Turns()
  const noted: string[] = []
  for (const name of ['a', 'b', 'c', 'd']) turns.add(new Writer(name, 400, turns, noted))
  while (noted.length < 1_600) await nextTurn()
  const order = noted.filter((name, index) => name !== noted[index - 1])
  expect(order.slice(0, 4)).toEqual(['a', 'b', 'c', 'd'])
})

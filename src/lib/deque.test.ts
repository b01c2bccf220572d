import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deque } from './deque.ts'

type Step = { do: 'push' | 'shift'; times: number } | { do: 'clear' }

const times = fc.oneof(fc.nat(5), fc.nat(300))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('push', 'shift'), times }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear') }) },
)

test('a deque holds the same items as an array, after any additions and removals', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const deque = new Deque<number>()
      let array: number[] = []
      const taken: (number | undefined)[] = []
      const wanted: (number | undefined)[] = []
      let next = 0
      for (const one of steps) {
        if (one.do === 'clear') {
          deque.clear()
          array = []
        } else {
          for (let count = 0; count < one.times; count++) {
            if (one.do === 'shift') {
              taken.push(deque.shift())
              wanted.push(array.shift())
            } else {
              deque.push(next)
              array.push(next++)
            }
          }
        }
        expect(Array.from({ length: deque.length }, (_, index) => deque.at(index))).toEqual(array)
        expect([deque.at(-1), deque.at(deque.length)]).toEqual([undefined, undefined])
        expect(taken).toEqual(wanted)
      }
    }),
  )
})

test('an item that was taken is not kept alive by its old slot', async () => {
  const deque = new Deque<object>()
  const taken = pushAndShift(deque)
  await new Promise(setImmediate)
  globalThis.gc?.()
  expect(taken.deref()).toBeUndefined()
  expect(deque.length).toBe(1)
})

/** In a function of its own, so that no variable of the test holds the item. */
function pushAndShift(deque: Deque<object>): WeakRef<object> {
  const item = {}
  deque.push(item)
  deque.push({})
  deque.shift()
  return new WeakRef(item)
}

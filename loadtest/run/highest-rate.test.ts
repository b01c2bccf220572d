import { expect, test } from 'vitest'
import { highestRate } from './highest-rate.ts'

test('a rate is over five seconds, so that one busy second is none', () => {
  const readings = [0, 0, 0, 5, 5, 5, 5, 5].map((value, at) => ({ at, value }))
  expect(highestRate(readings)).toBe(1)
})

test('a short run has the rate of all of it', () => {
  expect(
    highestRate([
      { at: 0, value: 0 },
      { at: 2, value: 1 },
    ]),
  ).toBe(0.5)
})

test('a process that starts anew has no negative rate', () => {
  const readings = [30, 20, 10, 0].map((value, at) => ({ at, value }))
  expect(highestRate(readings)).toBe(0)
})

test('one reading is no rate', () => {
  expect(highestRate([{ at: 0, value: 3 }])).toBeUndefined()
})

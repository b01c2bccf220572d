import { expect, test } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

/** A bucket, how many tokens it gives at once, and a way to let time pass. */
function open(burst: number, perSecond: number) {
  let now = 5_000
  const bucket = new TokenBucket({ burst, perSecond }, { now: () => now })
  const drain = () => {
    let taken = 0
    while (bucket.take()) taken++
    return taken
  }
  const pass = (milliseconds: number) => {
    now += milliseconds
  }
  return { bucket, drain, pass }
}

test('a full bucket gives a burst, then as many a second as its rate', () => {
  const { drain, pass } = open(10, 10)
  expect(drain()).toBe(10)
  expect(drain()).toBe(0)
  pass(1_000)
  expect(drain()).toBe(10)
  pass(99)
  expect(drain()).toBe(0)
  pass(1)
  expect(drain()).toBe(1)
})

test('a bucket that is not used holds no more than its burst', () => {
  const { bucket, drain, pass } = open(3, 100)
  pass(60_000)
  expect(bucket.isFull).toBe(true)
  expect(drain()).toBe(3)
})

test('parts of tokens add up, however often the bucket is asked', () => {
  const { bucket, pass } = open(1, 10)
  bucket.take()
  let taken = 0
  for (let step = 0; step < 1_000; step++) {
    pass(1)
    if (bucket.take()) taken++
  }
  expect(taken).toBeGreaterThanOrEqual(9)
  expect(taken).toBeLessThanOrEqual(10)
})

test('the wait is the time until the next token', () => {
  const { bucket, drain, pass } = open(2, 4)
  expect(bucket.wait).toBe(0)
  drain()
  expect(bucket.wait).toBe(250)
  pass(250)
  expect(bucket.wait).toBe(0)
})

test('a rate of 0 gives nothing', () => {
  const { drain, pass } = open(0, 0)
  pass(60_000)
  expect(drain()).toBe(0)
})

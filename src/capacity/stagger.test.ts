import { getEventListeners } from 'node:events'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { stagger } from './stagger.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('every item has its turn once, on a straight line from the beginning to the end', async () => {
  const count = fc.integer({ min: 0, max: 300 })
  const over = fc.integer({ min: 0, max: 5_000 })
  await fc.assert(
    fc.asyncProperty(count, over, async (length, milliseconds) => {
      const items = Array.from({ length }, (_, index) => index)
      const startedAt = performance.now()
      const turns: { item: number; at: number }[] = []
      const done = stagger(items, milliseconds, (item) => {
        turns.push({ item, at: performance.now() - startedAt })
      })
      await vi.advanceTimersByTimeAsync(milliseconds)
      await done

      expect(turns.map(({ item }) => item).toSorted((a, b) => a - b)).toEqual(items)
      for (const [index, { at }] of turns.entries()) {
        const due = (index / length) * milliseconds
        // Timers count in whole milliseconds, and the turns are checked once a step.
        expect(at).toBeGreaterThanOrEqual(Math.floor(due) - 1)
        expect(at).toBeLessThanOrEqual(due + 52)
      }
    }),
  )
})

test('the order is not that of the list', async () => {
  const items = Array.from({ length: 100 }, (_, index) => index)
  const turns: number[] = []

  await stagger(items, 0, (item) => turns.push(item))

  expect(turns).not.toEqual(items)
  // Of neighbors in the list, few are neighbors in time.
  const neighbors = turns.filter((item, index) => Math.abs(item - (turns[index + 1] ?? -9)) === 1)
  expect(neighbors.length).toBeLessThan(20)
})

test('over no time at all, every item has its turn in the same tick', () => {
  const turns: string[] = []

  void stagger(['a', 'b', 'c'], 0, (item) => turns.push(item))

  expect(turns.toSorted()).toEqual(['a', 'b', 'c'])
})

test('an abort gives the rest their turn at once, and leaves no timer behind', async () => {
  const hurry = new AbortController()
  const turns: number[] = []
  const items = Array.from({ length: 100 }, (_, index) => index)
  const done = stagger(items, 60_000, (item) => turns.push(item), hurry.signal)
  await vi.advanceTimersByTimeAsync(6_000)
  expect(turns.length).toBeLessThan(15)

  hurry.abort()
  await done

  expect(turns.toSorted((a, b) => a - b)).toEqual(items)
  expect(vi.getTimerCount()).toBe(0)
})

test('after an abort no item waits for its turn', async () => {
  const turns: string[] = []

  await stagger(['a', 'b'], 60_000, (item) => turns.push(item), AbortSignal.abort())

  expect(turns).toHaveLength(2)
})

test('a signal that outlives the turns has no listener of them any more', async () => {
  const { signal } = new AbortController()

  const done = stagger(['a', 'b', 'c'], 1_000, () => undefined, signal)
  await vi.advanceTimersByTimeAsync(1_000)
  await done

  expect(getEventListeners(signal, 'abort')).toEqual([])
})

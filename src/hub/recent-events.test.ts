import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogEvent } from '../log/event-log.ts'
import { sizeOf } from './event-size.ts'
import { LiveEventBudget } from './live-event-budget.ts'
import { RecentEvents } from './recent-events.ts'

const LIMIT = 20_000
const ROOMY = () => ({ historyEvents: 1_000 })

function newEvents(after: number, lengths: readonly number[]): LogEvent[] {
  return lengths.map((length, index) => {
    return { offset: after + index + 1, name: 'message', data: 'x'.repeat(length), time: 0 }
  })
}

function eventsOf(window: RecentEvents): LogEvent[] {
  return Array.from({ length: window.top - window.base }, (_, index) =>
    window.at(window.base + 1 + index),
  )
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      window: fc.nat(2),
      lengths: fc.array(fc.nat(3_000), { maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('start at' as const),
      window: fc.nat(2),
      top: fc.nat(50),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('drop seen' as const), window: fc.nat(2) }),
  },
)

test('windows that share memory are dense runs up to their tops, and hold no more than it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory = new LiveEventBudget(LIMIT)
      const windows = [0, 1, 2].map(() => new RecentEvents(memory, ROOMY))
      for (const next of steps) {
        const window = windows[next.window]!
        let { top } = window
        let newest: readonly LogEvent[] = []
        if (next.kind === 'push') {
          const events = newEvents(top, next.lengths)
          window.push(events)
          top += events.length
          newest = events
        } else if (next.kind === 'start at') {
          window.startAt(next.top)
          top = next.top
        } else {
          window.dropSeen()
        }
        expect(window.top).toBe(top)
        // The newest are there however large they are.
        expect(eventsOf(window).slice(eventsOf(window).length - newest.length)).toEqual(newest)
        expect(eventsOf(window).map(({ offset }) => offset)).toEqual(
          Array.from({ length: top - window.base }, (_, index) => window.base + 1 + index),
        )
        const held = windows.flatMap(eventsOf)
        const bytes = held.reduce((sum, event) => sum + sizeOf(event), 0)
        expect(memory.used).toBe(bytes)
        expect(bytes <= LIMIT || held.length <= Math.max(newest.length, 4)).toBe(true)
      }
      for (const window of windows) window.startAt(0)
      expect(memory.used).toBe(0)
    }),
  )
})

test('the oldest events leave first, whatever their channel', () => {
  const memory = new LiveEventBudget(3 * sizeOf(newEvents(0, [1_000])[0]!))
  const [a, b] = [new RecentEvents(memory, ROOMY), new RecentEvents(memory, ROOMY)]
  a.push(newEvents(0, [1_000]))
  b.push(newEvents(0, [1_000]))
  a.push(newEvents(1, [1_000]))
  b.push(newEvents(1, [1_000]))
  expect([a.base, b.base]).toEqual([1, 0])
  b.push(newEvents(2, [1_000]))
  expect([a.base, b.base]).toEqual([1, 1])
})

test('a history that goes back leaves nothing behind', () => {
  const memory = new LiveEventBudget(LIMIT)
  const [back, other] = [new RecentEvents(memory, ROOMY), new RecentEvents(memory, ROOMY)]
  back.push(newEvents(0, [0, 0, 0]))
  back.startAt(0)
  for (let offset = 0; offset < 1_000; offset++) {
    other.push(newEvents(offset, [0]))
    other.dropSeen()
  }
  expect(memory.size).toBeLessThan(5)
})

test('a window holds no more events than a history, by the bound as it is at the time', () => {
  const bounds = { historyEvents: 3 }
  const window = new RecentEvents(new LiveEventBudget(LIMIT), () => bounds)
  window.push(newEvents(0, [0, 0, 0, 0]))
  expect([window.base, window.top]).toEqual([1, 4])
  bounds.historyEvents = 2
  window.push(newEvents(4, [0]))
  expect([window.base, window.top]).toEqual([3, 5])
})

test('an event stays at hand for one whole round, in a history that begins lower too', () => {
  const window = new RecentEvents(new LiveEventBudget(LIMIT), ROOMY)
  window.startAt(100)
  window.dropSeen()
  window.startAt(5)
  window.push(newEvents(5, [0]))
  window.dropSeen()
  expect(window.base).toBe(5)
  window.dropSeen()
  expect(window.base).toBe(6)
})

test('an offset that is not at hand is an error', () => {
  const window = new RecentEvents(new LiveEventBudget(LIMIT), ROOMY)
  window.startAt(3)
  window.push(newEvents(3, [0]))
  for (const offset of [0, 3, 5]) expect(() => window.at(offset)).toThrow(RangeError)
})

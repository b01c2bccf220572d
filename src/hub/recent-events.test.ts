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

function eventsOf(recent: RecentEvents): LogEvent[] {
  return Array.from({ length: recent.top - recent.base }, (_, index) =>
    recent.at(recent.base + 1 + index),
  )
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      holder: fc.nat(2),
      lengths: fc.array(fc.nat(3_000), { maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('start at' as const),
      holder: fc.nat(2),
      top: fc.nat(50),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('drop seen' as const), holder: fc.nat(2) }),
  },
)

test('dense runs up to their tops stay within the budget that they share', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const budget = new LiveEventBudget(LIMIT)
      const all = [0, 1, 2].map(() => new RecentEvents(budget, ROOMY))
      for (const next of steps) {
        const recent = all[next.holder]!
        let { top } = recent
        let newest: readonly LogEvent[] = []
        if (next.kind === 'push') {
          const events = newEvents(top, next.lengths)
          recent.push(events)
          top += events.length
          newest = events
        } else if (next.kind === 'start at') {
          recent.startAt(next.top)
          top = next.top
        } else {
          recent.dropSeen()
        }
        expect(recent.top).toBe(top)
        // The newest events are held however large they are.
        expect(eventsOf(recent).slice(eventsOf(recent).length - newest.length)).toEqual(newest)
        expect(eventsOf(recent).map(({ offset }) => offset)).toEqual(
          Array.from({ length: top - recent.base }, (_, index) => recent.base + 1 + index),
        )
        const held = all.flatMap(eventsOf)
        const bytes = held.reduce((sum, event) => sum + sizeOf(event), 0)
        expect(budget.used).toBe(bytes)
        expect(bytes <= LIMIT || held.length <= Math.max(newest.length, 4)).toBe(true)
      }
      for (const recent of all) recent.startAt(0)
      expect(budget.used).toBe(0)
    }),
  )
})

test('the oldest events of all channels leave first', () => {
  const budget = new LiveEventBudget(3 * sizeOf(newEvents(0, [1_000])[0]!))
  const [a, b] = [new RecentEvents(budget, ROOMY), new RecentEvents(budget, ROOMY)]
  a.push(newEvents(0, [1_000]))
  b.push(newEvents(0, [1_000]))
  a.push(newEvents(1, [1_000]))
  b.push(newEvents(1, [1_000]))
  expect([a.base, b.base]).toEqual([1, 0])
  b.push(newEvents(2, [1_000]))
  expect([a.base, b.base]).toEqual([1, 1])
})

test('a history that goes back leaves no additions behind', () => {
  const budget = new LiveEventBudget(LIMIT)
  const [back, other] = [new RecentEvents(budget, ROOMY), new RecentEvents(budget, ROOMY)]
  back.push(newEvents(0, [0, 0, 0]))
  back.startAt(0)
  for (let offset = 0; offset < 1_000; offset++) {
    other.push(newEvents(offset, [0]))
    other.dropSeen()
  }
  expect(budget.size).toBeLessThan(5)
})

test('the recent events are no more than the present limit of a history', () => {
  const limits = { historyEvents: 3 }
  const recent = new RecentEvents(new LiveEventBudget(LIMIT), () => limits)
  recent.push(newEvents(0, [0, 0, 0, 0]))
  expect([recent.base, recent.top]).toEqual([1, 4])
  limits.historyEvents = 2
  recent.push(newEvents(4, [0]))
  expect([recent.base, recent.top]).toEqual([3, 5])
})

test('an event stays for one whole round, in a history that begins lower too', () => {
  const recent = new RecentEvents(new LiveEventBudget(LIMIT), ROOMY)
  recent.startAt(100)
  recent.dropSeen()
  recent.startAt(5)
  recent.push(newEvents(5, [0]))
  recent.dropSeen()
  expect(recent.base).toBe(5)
  recent.dropSeen()
  expect(recent.base).toBe(6)
})

test('an offset that is not held is an error', () => {
  const recent = new RecentEvents(new LiveEventBudget(LIMIT), ROOMY)
  recent.startAt(3)
  recent.push(newEvents(3, [0]))
  for (const offset of [0, 3, 5]) expect(() => recent.at(offset)).toThrow(RangeError)
})

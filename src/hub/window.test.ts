import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogEvent } from '../log/event-log.ts'
import { Window } from './window.ts'

const ROOMY = { historyEvents: 1_000_000, historyBytes: 1024 ** 3 }

function event(offset: number, length = 0): LogEvent {
  return { offset, name: 'message', data: 'x'.repeat(length), time: 0 }
}

function offsetsOf(window: Window): number[] {
  return Array.from(
    { length: window.top - window.base },
    (_, index) => window.at(window.base + 1 + index).offset,
  )
}

type Step =
  | { do: 'push'; length: number }
  | { do: 'start-at'; top: number }
  | { do: 'prepend'; below: number; above: number }
  | { do: 'drop-seen' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('push'), length: fc.nat(2_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start-at'), top: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('prepend'), below: fc.nat(20), above: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop-seen') }) },
)

test('a window is a dense run up to the top that drops its oldest events and no others', () => {
  const bounds = { historyEvents: 10, historyBytes: 8_000 }
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const window = new Window(bounds)
      let offsets: number[] = []
      let top = 0
      let seenTop = 0
      for (const one of steps) {
        const { base } = window
        if (one.do === 'push') {
          window.push(event(++top, one.length))
          offsets.push(top)
          // Which of them left is up to the bounds, tested below.
          offsets = offsets.filter((offset) => offset > window.base)
        } else if (one.do === 'start-at') {
          top = one.top
          seenTop = Math.min(seenTop, top)
          offsets = []
          window.startAt(top)
        } else if (one.do === 'prepend') {
          const first = Math.max(1, base + 1 - one.below)
          const older = Array.from({ length: base + one.above + 1 - first }, (_, i) =>
            event(first + i),
          )
          window.prepend(older)
          offsets = [
            ...older.filter(({ offset }) => offset <= base).map(({ offset }) => offset),
            ...offsets,
          ]
        } else {
          window.dropSeen()
          offsets = offsets.filter((offset) => offset > seenTop)
          seenTop = top
        }
        expect(window.top).toBe(top)
        expect(offsetsOf(window)).toEqual(offsets)
        expect(one.do === 'push' && (offsets.length === 0 || offsets.length > 10)).toBe(false)
      }
    }),
  )
})

test('events leave when their number or their size exceeds the bounds, down to the newest', () => {
  const bounds = { historyEvents: 3, historyBytes: 10_000 }
  const window = new Window(bounds)
  for (const offset of [1, 2, 3, 4]) window.push(event(offset))
  expect(offsetsOf(window)).toEqual([2, 3, 4])
  window.push(event(5, 9_500))
  expect(offsetsOf(window)).toEqual([4, 5])
  window.push(event(6, 20_000))
  expect(offsetsOf(window)).toEqual([6])
  window.push(event(7))
  expect(offsetsOf(window)).toEqual([7])
})

test('bounds that were lowered take effect with the next event', () => {
  const bounds = { ...ROOMY }
  const window = new Window(bounds)
  for (const offset of [1, 2, 3, 4]) window.push(event(offset))
  bounds.historyEvents = 2
  window.push(event(5))
  expect(offsetsOf(window)).toEqual([4, 5])
})

test('what was dropped, emptied or put before counts toward the size as it should', () => {
  const bounds = { historyEvents: 1_000, historyBytes: 10_000 }
  const window = new Window(bounds)
  for (let round = 0; round < 20; round++) {
    window.push(event(window.top + 1, 4_000))
    if (round % 2 === 0) for (const _seen of [0, 1]) window.dropSeen()
    window.startAt(5)
    window.prepend([event(4, 1_000), event(5, 1_000)])
  }
  expect(offsetsOf(window)).toEqual([4, 5])
  window.push(event(6, 6_000))
  expect(offsetsOf(window)).toEqual([4, 5, 6])
  window.push(event(7, 2_000))
  expect(offsetsOf(window)).toEqual([5, 6, 7])
})

test('events that do not reach the window are not put before it', () => {
  const window = new Window(ROOMY)
  window.startAt(10)
  window.push(event(11))
  window.prepend([event(7), event(8), event(9)])
  window.prepend([])
  expect(offsetsOf(window)).toEqual([11])
  window.prepend([event(9), event(10), event(11)])
  expect(offsetsOf(window)).toEqual([9, 10, 11])
})

test('an event stays at hand for one whole round, in a history that begins lower too', () => {
  const window = new Window(ROOMY)
  window.startAt(100)
  window.dropSeen()
  window.startAt(5)
  window.push(event(6))
  window.dropSeen()
  expect(offsetsOf(window)).toEqual([6])
  window.dropSeen()
  expect(offsetsOf(window)).toEqual([])
})

test('an offset that is not at hand is an error', () => {
  const window = new Window(ROOMY)
  window.startAt(3)
  window.push(event(4))
  for (const offset of [0, 3, 5]) expect(() => window.at(offset)).toThrow(RangeError)
})

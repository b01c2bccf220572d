/** Tests of the checker: clean entries pass, and each kind of breach is found in entries that have it. */
import { expect, test } from 'vitest'
import type { Gap } from '../../src/schema/system-events.ts'
import { check, type FinalLog } from './check.ts'
import type { Breach } from './check-reader.ts'
import type { Entry } from './recording.ts'

const CHANNEL = 'c'
const NAMES = ['a', 'b', 'c', 'd', 'e']
const FINAL: FinalLog = { events: NAMES.map((data, index) => ({ data, id: idOf(index + 1) })) }

function idOf(offset: number, epoch = 'eeeeeeee'): string {
  return `${epoch}-${offset}`
}

function received(data: string, id = idOf(NAMES.indexOf(data) + 1)): Entry {
  return { kind: 'received', reader: 'r', id, data }
}

function gapOf(gap: Partial<Gap>, id: string): Entry {
  const unknown = { channel: CHANNEL, from: null, to: null, missed: null }
  return { kind: 'gap', reader: 'r', id, gap: { reason: 'trimmed', ...unknown, ...gap } }
}

/** The kinds of breaches in the entries of one reader; all events were published and accepted. */
function breaches(
  story: readonly Entry[],
  final = FINAL,
  allowedGaps: readonly Gap['reason'][] = [],
): Breach['kind'][] {
  const published = [...NAMES, 'x', 'y'].flatMap((data, index): Entry[] => [
    { kind: 'published', data, channel: CHANNEL },
    { kind: 'accepted', data, position: idOf(index + 1) },
  ])
  const entries = [...published, ...story].map((entry, at) => ({ ...entry, at }))
  return check(entries, final, { channel: CHANNEL, allowedGaps }).breaches.map(({ kind }) => kind)
}

const CLEAN = NAMES.map((data) => received(data))

test('a reader that got all events in order is clean', () => {
  expect(breaches(CLEAN)).toEqual([])
})

test.each<[Breach['kind'], readonly Entry[]]>([
  ['lost', CLEAN.toSpliced(2, 1)],
  ['lost', CLEAN.slice(1)],
  ['lost', CLEAN.slice(0, -1)],
  ['duplicated', [...CLEAN, received('e')]],
  ['reordered', [received('a'), received('c'), received('b'), received('d'), received('e')]],
  ['made-up', [...CLEAN, received('nobody', idOf(9))]],
  ['untold', [...CLEAN, received('x', idOf(6))]],
  ['untold', CLEAN.with(2, received('c', idOf(4, 'ffffffff')))],
  ['false-gap', [...CLEAN, gapOf({ reason: 'epoch-lost' }, idOf(5))]],
])('%s', (kind, story) => {
  expect(new Set(breaches(story))).toEqual(new Set([kind]))
})

test('a gap announces the events within its bounds, and no others', () => {
  const gap = gapOf({ from: idOf(1), to: idOf(2), missed: 2 }, idOf(2))
  expect(breaches([gap, ...CLEAN.slice(2)], FINAL, ['trimmed'])).toEqual([])
  expect(breaches([gap, ...CLEAN.slice(3)], FINAL, ['trimmed'])).toEqual(['lost'])
  expect(breaches([gap, ...CLEAN.slice(2)])).toEqual(['false-gap'])
  const wrong = gapOf({ from: idOf(1), to: idOf(2), missed: 3 }, idOf(2))
  expect(breaches([wrong, ...CLEAN.slice(2)], FINAL, ['trimmed'])).toEqual(['false-gap'])
})

test('trimmed events must have been received, or covered by a gap, as well', () => {
  const final = { events: FINAL.events.slice(2), trimmed: [idOf(1), idOf(2)] }
  const gap = gapOf({ from: idOf(1), to: idOf(2), missed: 2 }, idOf(2))
  expect(breaches(CLEAN, final)).toEqual([])
  expect(breaches([gap, ...CLEAN.slice(2)], final, ['trimmed'])).toEqual([])
  expect(breaches(CLEAN.slice(1), final)).toEqual(['lost'])
  expect(breaches([gap, ...CLEAN.slice(1)], final, ['trimmed'])).toEqual(['false-gap'])
  // A gap over as many events, but of a line that is gone.
  const old = { from: idOf(1, 'oooooooo'), to: idOf(2, 'oooooooo'), missed: 2 }
  expect(breaches([gapOf(old, idOf(2)), ...CLEAN.slice(2)], final, ['trimmed'])).toEqual([
    'lost',
    'lost',
  ])
  // No publisher got this position, but a reader has its event.
  const unknown = { events: FINAL.events, trimmed: [idOf(0)] }
  expect(breaches([received('x', idOf(0)), ...CLEAN], unknown)).toEqual([])
  expect(breaches(CLEAN, unknown)).toEqual(['lost'])
})

test('an accepted event that the log neither holds nor has trimmed is lost by the log', () => {
  const accepted = ['gone', ...NAMES].map((data): Entry => {
    const position = data === 'gone' ? idOf(1, 'oooooooo') : idOf(NAMES.indexOf(data) + 1)
    return { kind: 'accepted', data, position }
  })
  const entries = accepted.map((entry, at) => ({ ...entry, at }))
  const options = { channel: CHANNEL, allowedGaps: [] }
  expect(check(entries, FINAL, options).lostByLog).toBe(1)
  const final = { events: FINAL.events.slice(2), trimmed: [idOf(1), idOf(2)] }
  expect(check(entries, final, options).lostByLog).toBe(1)
})

test('a divergence must name events that the reader had, and covers no kept event', () => {
  const at = idOf(3, 'oooooooo')
  const lost = received('x', at)
  const told = gapOf({ reason: 'diverged', from: at, to: at, missed: 1 }, idOf(2))
  const story = [...CLEAN.slice(0, 2), lost, told, ...CLEAN.slice(2)]
  expect(breaches(story, FINAL, ['diverged'])).toEqual([])
  expect(breaches(story.toSpliced(4, 1), FINAL, ['diverged'])).toEqual(['lost'])
  expect(breaches([told, ...CLEAN], FINAL, ['diverged'])).toEqual(['false-gap'])
})

test('a reader that is told ahead must have been ahead, and must not get void events again', () => {
  const lost = received('x', idOf(6, 'oooooooo'))
  const told = gapOf({ reason: 'ahead' }, idOf(5))
  expect(breaches([...CLEAN, lost, told], FINAL, ['ahead'])).toEqual([])
  expect(breaches([...CLEAN, told], FINAL, ['ahead'])).toEqual(['false-gap'])
  const again = breaches([...CLEAN, lost, told, lost, told], FINAL, ['ahead'])
  expect(again).toEqual(['duplicated'])
})

test('after a lost epoch a reader may get its events again, once', () => {
  const told = gapOf({ reason: 'epoch-lost' }, idOf(0))
  const story = [received('a'), told, ...CLEAN]
  expect(breaches(story, FINAL, ['epoch-lost'])).toEqual([])
  expect(breaches([...story, received('e')], FINAL, ['epoch-lost'])).toEqual(['duplicated'])
})

test('a publisher must get the position at which the log holds its event', () => {
  const id = idOf(6)
  const final = { events: FINAL.events.with(4, { data: 'e', id }) }
  expect(breaches(CLEAN.with(4, received('e', id)), final)).toEqual(['misplaced'])
})

test('an event is the same after the log forgot its epoch, but not if it was written again', () => {
  const story = CLEAN.with(2, received('c', idOf(3, 'ffffffff')))
  expect(breaches(story)).toEqual([])
  const again = { events: FINAL.events.with(0, { data: 'a', id: idOf(1, 'ffffffff') }) }
  expect(breaches(story.with(0, received('a', idOf(1, 'ffffffff'))), again)).toContain('untold')
})

test('an append that was carried out twice is a duplicate', () => {
  const final = { events: [...FINAL.events, { data: 'a', id: idOf(6) }] }
  expect(breaches(CLEAN, final)).toContain('duplicated')
})

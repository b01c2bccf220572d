import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MAX_ENTRIES, RefusalLines, type RefusalLine } from './refusal-lines.ts'

const SOMEBODY = { principal: '', address: '192.0.2.1' }
const MINUTE = 60_000

let lines: RefusalLine[] = []
let refusalLines: RefusalLines

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  lines = []
  refusalLines = new RefusalLines((line) => lines.push(line))
})

afterEach(() => {
  refusalLines.close()
  vi.useRealTimers()
})

function note(count: number, identity = SOMEBODY): void {
  for (let index = 0; index < count; index++) refusalLines.note('stream', 'limit', identity)
}

test('the first refusal is written at once, the others once a minute together', () => {
  const refusal = { what: 'stream', reason: 'limit', client: '192.0.2.1' }
  note(300)
  expect(lines).toEqual([{ ...refusal, count: 1 }])
  vi.advanceTimersByTime(MINUTE)
  expect(lines).toEqual([
    { ...refusal, count: 1 },
    { ...refusal, count: 299 },
  ])
  note(7)
  vi.advanceTimersByTime(MINUTE)
  expect(lines).toEqual([
    { ...refusal, count: 1 },
    { ...refusal, count: 299 },
    { ...refusal, count: 7 },
  ])
})

test('after a quiet minute a client is forgotten, and its next refusal is written at once', () => {
  note(1)
  vi.advanceTimersByTime(MINUTE)
  expect(vi.getTimerCount()).toBe(0)
  note(1)
  expect(lines.map(({ count }) => count)).toEqual([1, 1])
})

test('clients, reasons and kinds of request have lines of their own', () => {
  note(2)
  note(2, { principal: '', address: '192.0.2.2' })
  note(2, { principal: 'a', address: '192.0.2.1' })
  refusalLines.note('stream', 'log', SOMEBODY)
  refusalLines.note('poll', 'limit', SOMEBODY)
  expect(lines.map(({ what, reason, client }) => `${what} ${reason} ${client}`)).toEqual([
    'stream limit 192.0.2.1',
    'stream limit 192.0.2.2',
    'stream limit 192.0.2.1',
    'stream log 192.0.2.1',
    'poll limit 192.0.2.1',
  ])
})

test('clients beyond the bound share a line, which counts all their refusals', () => {
  const clients = 3 * MAX_ENTRIES
  for (let index = 0; index < clients; index++)
    note(1, { principal: '', address: `client ${index}` })
  expect(lines).toHaveLength(MAX_ENTRIES + 1)
  vi.advanceTimersByTime(MINUTE)
  expect(lines.at(-1)).toMatchObject({ client: 'others', count: clients - MAX_ENTRIES - 1 })
  expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(clients)
  expect(vi.getTimerCount()).toBe(1)
})

test('close writes the refusals that are not written yet', () => {
  note(5)
  refusalLines.close()
  expect(lines.map(({ count }) => count)).toEqual([1, 4])
  expect(vi.getTimerCount()).toBe(0)
})

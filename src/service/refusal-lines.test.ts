import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MAX_ENTRIES, RefusalLines, type RefusalLine } from './refusal-lines.ts'

const SOMEBODY = { principal: '', address: '192.0.2.1' }
const MINUTE = 60_000

let lines: RefusalLine[] = []
let log: RefusalLines

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  lines = []
  log = new RefusalLines((line) => lines.push(line))
})

afterEach(() => {
  log.close()
  vi.useRealTimers()
})

function note(count: number, identity = SOMEBODY): void {
  for (let index = 0; index < count; index++) log.note('stream', 'limit', identity)
}

test('the first refusal is told at once, the others of each minute together', () => {
  const told = { what: 'stream', reason: 'limit', client: '192.0.2.1' }
  note(300)
  expect(lines).toEqual([{ ...told, count: 1 }])
  vi.advanceTimersByTime(MINUTE)
  expect(lines).toEqual([
    { ...told, count: 1 },
    { ...told, count: 299 },
  ])
  note(7)
  vi.advanceTimersByTime(MINUTE)
  expect(lines).toEqual([
    { ...told, count: 1 },
    { ...told, count: 299 },
    { ...told, count: 7 },
  ])
})

test('a client that came to rest is forgotten, and told at once when it comes again', () => {
  note(1)
  vi.advanceTimersByTime(MINUTE)
  expect(vi.getTimerCount()).toBe(0)
  note(1)
  expect(lines.map(({ count }) => count)).toEqual([1, 1])
})

test('other clients, reasons and requests are told apart', () => {
  note(2)
  note(2, { principal: '', address: '192.0.2.2' })
  note(2, { principal: 'a', address: '192.0.2.1' })
  log.note('stream', 'log', SOMEBODY)
  log.note('poll', 'limit', SOMEBODY)
  expect(lines.map(({ what, reason, client }) => `${what} ${reason} ${client}`)).toEqual([
    'stream limit 192.0.2.1',
    'stream limit 192.0.2.2',
    'stream limit 192.0.2.1',
    'stream log 192.0.2.1',
    'poll limit 192.0.2.1',
  ])
})

test('clients beyond the bound are told together, and nobody is left out of the count', () => {
  const clients = 3 * MAX_ENTRIES
  for (let index = 0; index < clients; index++)
    note(1, { principal: '', address: `client ${index}` })
  expect(lines).toHaveLength(MAX_ENTRIES + 1)
  vi.advanceTimersByTime(MINUTE)
  expect(lines.at(-1)).toMatchObject({ client: 'others', count: clients - MAX_ENTRIES - 1 })
  expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(clients)
  expect(vi.getTimerCount()).toBe(1)
})

test('what is not told yet is told at the end', () => {
  note(5)
  log.close()
  expect(lines.map(({ count }) => count)).toEqual([1, 4])
  expect(vi.getTimerCount()).toBe(0)
})

import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MAX_ENTRIES, RepeatedLines, type RepeatedLine } from './repeated-lines.ts'

const MINUTE = 60_000
const SPAN = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }

type Written = Readonly<Record<string, unknown>>

let lines: Written[] = []
let repeated: RepeatedLines

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  lines = []
  const output = { write: (line: string) => void lines.push(JSON.parse(line) as Written) }
  const options = { base: null, timestamp: false, serializers: { err: String } }
  repeated = new RepeatedLines(pino(options, output))
})

afterEach(() => {
  repeated.close()
  vi.useRealTimers()
})

function write(times: number, line: Partial<RepeatedLine> = {}): void {
  for (let time = 0; time < times; time++) {
    repeated.write({ level: 'warn', message: 'refused', fields: { client: 'a' }, ...line })
  }
}

function counts(): readonly unknown[] {
  return lines.map(({ count }) => count)
}

test('the first line is written at once, the others once a minute together', () => {
  write(300)
  expect(lines).toEqual([{ level: 40, client: 'a', count: 1, msg: 'refused' }])
  vi.advanceTimersByTime(MINUTE)
  expect(counts()).toEqual([1, 299])
  write(7)
  vi.advanceTimersByTime(MINUTE)
  expect(counts()).toEqual([1, 299, 7])
  expect(lines.at(-1)).toEqual({ level: 40, client: 'a', count: 7, msg: 'refused' })
  // Each but the first has got no line of its own.
  expect(repeated.suppressed).toBe(306)
})

test('after a quiet minute a line is forgotten, and written at once when it comes up again', () => {
  write(1)
  vi.advanceTimersByTime(MINUTE)
  expect(vi.getTimerCount()).toBe(0)
  write(1)
  expect(counts()).toEqual([1, 1])
  expect(repeated.suppressed).toBe(0)
})

test('levels, messages, keys and errors have lines of their own', () => {
  write(2)
  write(2, { level: 'error' })
  write(2, { message: 'failed' })
  write(2, { key: ['a'] })
  write(2, { key: ['a', 'b'] })
  write(2, { fields: { err: new Error('a') } })
  write(2, { fields: { err: new TypeError('a') } })
  write(2, { fields: { err: new Error('b') } })
  expect(counts()).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
})

test('a line that counts several is as the last of them, and leads to no span', () => {
  write(1, { span: SPAN, fields: { pod: 'a' } })
  write(1, { span: SPAN, fields: { pod: 'b' } })
  vi.advanceTimersByTime(MINUTE)
  write(2, { span: SPAN, fields: { pod: 'c' } })
  vi.advanceTimersByTime(MINUTE)
  const ids = { trace_id: SPAN.traceId, span_id: SPAN.spanId }
  expect(lines).toEqual([
    { level: 40, pod: 'a', ...ids, count: 1, msg: 'refused' },
    { level: 40, pod: 'b', ...ids, count: 1, msg: 'refused' },
    { level: 40, pod: 'c', count: 2, msg: 'refused' },
  ])
})

test('what comes up several times at once counts as often', () => {
  write(2, { count: 5 })
  repeated.close()
  expect(counts()).toEqual([5, 5])
})

test('a crowd of one message takes no lines from another', () => {
  for (let index = 0; index < 2 * MAX_ENTRIES; index++) write(1, { key: [`client ${index}`] })
  const before = lines.length
  for (const reason of ['a', 'b', 'c']) {
    write(2, { level: 'error', message: 'failed', fields: { err: new Error(reason) } })
  }
  expect(lines.slice(before)).toMatchObject(
    ['a', 'b', 'c'].map((reason) => ({ err: `Error: ${reason}`, count: 1 })),
  )
})

test('lines beyond the bound share one for each message, which counts all', () => {
  const total = 3 * MAX_ENTRIES
  const others = { key: [], fields: { client: 'others' } }
  for (let index = 0; index < total; index++) {
    write(1, { key: [`client ${index}`], fields: { client: `client ${index}` }, others })
  }
  write(1, { message: 'failed', key: ['new'], fields: { pod: 'a' } })
  expect(lines).toHaveLength(MAX_ENTRIES + 2)
  expect(lines.at(-1)).toMatchObject({ msg: 'failed', pod: 'a' })
  vi.advanceTimersByTime(MINUTE)
  expect(lines.at(-1)).toMatchObject({ client: 'others', count: total - MAX_ENTRIES - 1 })
  expect(counts().reduce((sum, count) => Number(sum) + Number(count), 0)).toBe(total + 1)
  expect(vi.getTimerCount()).toBe(1)
})

test('close writes what no line tells of yet', () => {
  write(5)
  repeated.close()
  expect(counts()).toEqual([1, 4])
  expect(vi.getTimerCount()).toBe(0)
})

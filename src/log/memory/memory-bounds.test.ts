import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AppendResult, NewEvent, ReadResult } from '../event-log.ts'
import { positionAt, resume } from '../history.ts'
import { parsePosition } from '../../wire/position.ts'
import { MemoryLog, type MemoryLogBounds } from './memory-log.ts'

const HOUR = 3_600_000
const MiB = 1024 ** 2

let opened: MemoryLog | undefined

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] })
})

afterEach(async () => {
  await opened?.close()
  vi.useRealTimers()
})

test('age removes events, and steps of the wall clock do not', async () => {
  const log = open()
  await log.append('orders', [event('old')])

  vi.setSystemTime(Date.now() + 5 * HOUR)
  expect(await dataOf(log, 'orders')).toEqual(['old'])

  vi.setSystemTime(Date.now() - 10 * HOUR)
  vi.advanceTimersByTime(HOUR / 2)
  await log.append('orders', [event('new')])
  vi.advanceTimersByTime(HOUR / 2)
  expect(await dataOf(log, 'orders')).toEqual(['new'])
})

test('aged events free their bytes even in channels without readers', async () => {
  const log = open()
  await log.append('orders', [event('x'.repeat(MiB))])
  const full = Number(log.status().details['bytes'])

  vi.advanceTimersByTime(HOUR + 2_000)

  expect(Number(log.status().details['bytes'])).toBeLessThan(full - MiB)
})

test('an append that could never fit is refused and displaces nothing', async () => {
  const log = open({ logBytes: 64 * 1024, historyBytes: 64 * 1024 })
  await log.append('orders', [event('kept')])

  const result = await log.append('users', [event('x'.repeat(64 * 1024 - 300))])

  expect(result).toEqual({ kind: 'full', limit: 'bytes' })
  expect(await dataOf(log, 'orders')).toEqual(['kept'])
  expect((await readAll(log, 'users')).history.chain).toEqual([])
})

test('channels beyond the limit are refused, known ones go on', async () => {
  const log = open({ maxChannels: 2 })
  await log.append('a', [event('1')])
  await log.append('b', [event('1')])

  expect(await log.append('c', [event('1')])).toEqual({ kind: 'full', limit: 'channels' })
  expect((await log.append('a', [event('2')])).kind).toBe('accepted')
})

test('a million refused channels leave nothing in memory', async () => {
  const log = open({ maxChannels: 100 })
  const useNames = async (from: number, to: number): Promise<void> => {
    for (let number = from; number < to; number++) {
      const name = `channel-${number}`
      await log.append(name, [event('x')], { key: 'k', fingerprint: 'f' })
      await log.read(name, { after: 0, maxEvents: 1, maxBytes: 1 })
      const unfollow = await log.follow(name, { events: () => {}, invalidate: () => {} })
      unfollow()
    }
  }
  await useNames(0, 10_000)
  const before = heapUsed()
  await useNames(10_000, 1_010_000)

  // A million names alone, forgotten in one map, would take over 60 MiB.
  expect(heapUsed() - before).toBeLessThan(4 * MiB)
  expect(log.status().details).toMatchObject({ channels: 100, keys: 100 })
})

test('keys are refused at half of the bytes and are never dropped before ten minutes', async () => {
  const log = open({ logBytes: 64 * 1024, historyBytes: 64 * 1024 })
  const keyed = async (key: string): Promise<AppendResult> =>
    log.append('orders', [event('x')], { key, fingerprint: 'f' })
  let stored = 0
  while ((await keyed(`key-${stored}`)).kind === 'accepted') stored++

  expect(await keyed('one more')).toEqual({ kind: 'full', limit: 'keys' })
  expect(await keyed('key-0')).toMatchObject({ kind: 'accepted', first: 1, repeated: true })
  expect((await log.append('orders', [event('without a key')])).kind).toBe('accepted')

  vi.setSystemTime(Date.now() + 24 * HOUR)
  vi.advanceTimersByTime(10 * 60_000 - 1)
  expect(await keyed('one more')).toEqual({ kind: 'full', limit: 'keys' })
  vi.advanceTimersByTime(1)
  expect(await keyed('one more')).toMatchObject({ kind: 'accepted', repeated: false })
  expect(await keyed('key-0')).toMatchObject({ kind: 'accepted', repeated: false })
})

test('a channel is forgotten a day after its history, but not while it is followed', async () => {
  const log = open()
  await log.append('left', [event('1')])
  await log.append('followed', [event('1')])
  const unfollow = await log.follow('followed', { events: () => {}, invalidate: () => {} })

  vi.advanceTimersByTime(24 * HOUR)
  expect(log.status().details['channels']).toBe(2)
  vi.advanceTimersByTime(HOUR + 2_000)
  expect(log.status().details['channels']).toBe(1)
  expect((await readAll(log, 'followed')).history.top).toBe(1)

  unfollow()
  vi.advanceTimersByTime(24 * HOUR)
  expect(log.status().details['channels']).toBe(1)
  vi.advanceTimersByTime(HOUR + 5_000)
  expect(log.status().details['channels']).toBe(0)
})

test('a follower that came and went within a second kept its channel too', async () => {
  const log = open()
  await log.append('visited', [event('1')])
  await log.append('left', [event('1')])
  vi.advanceTimersByTime(24 * HOUR)
  const unfollow = await log.follow('visited', { events: () => {}, invalidate: () => {} })
  unfollow()

  vi.advanceTimersByTime(2 * HOUR)
  expect((await readAll(log, 'visited')).history.top).toBe(1)
  expect((await readAll(log, 'left')).history.top).toBe(0)
})

test('a closed log leaves no timer behind', async () => {
  const log = open()
  expect(vi.getTimerCount()).toBe(1)

  await log.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('an incarnation is known for between twelve hours and a day, however late the log is read', async () => {
  const log = open()
  const primed = await lifeOf(log)

  vi.advanceTimersByTime(12 * HOUR - 1)
  expect(await isLost(log, primed)).toBe(false)
  vi.advanceTimersByTime(12 * HOUR)
  expect(await isLost(log, primed)).toBe(false)
  vi.advanceTimersByTime(1)
  expect(await isLost(log, primed)).toBe(true)
})

test('a late read does not extend the life of an incarnation', async () => {
  const log = open()
  const primed = await lifeOf(log)

  vi.advanceTimersByTime(23 * HOUR)
  expect(await isLost(log, primed)).toBe(false)
  vi.advanceTimersByTime(HOUR)
  expect(await isLost(log, primed)).toBe(true)
})

test('a primer from before a channel was written and forgotten resumes with a gap', async () => {
  const log = open()
  const primed = await lifeOf(log)
  await log.append('quiet', [event('missed')])

  vi.advanceTimersByTime(25 * HOUR + 2_000)

  expect(log.status().details['channels']).toBe(0)
  expect(await isLost(log, primed)).toBe(true)
})

test('a primer from the incarnation before the first event resumes at the first event', async () => {
  const log = open()
  const primed = await lifeOf(log)
  vi.advanceTimersByTime(13 * HOUR)
  await log.append('quiet', [event('1')])

  const { history } = await readAll(log, 'quiet')
  expect(resume(history, parsePosition(primed)!)).toEqual({ after: 0, gaps: [] })
})

test('a changed bound takes effect with the next append', async () => {
  const bounds = {
    historyEvents: 10,
    historyAge: HOUR,
    historyBytes: MiB,
    logBytes: MiB,
    maxChannels: 9,
  }
  const log = (opened = new MemoryLog(() => bounds))
  log.start()
  await log.append('orders', ['1', '2', '3'].map(event))

  bounds.historyEvents = 2
  await log.append('orders', [event('4')])

  expect(await dataOf(log, 'orders')).toEqual(['3', '4'])
})

function open(bounds: Partial<MemoryLogBounds> = {}): MemoryLog {
  const all = {
    historyEvents: 1_000,
    historyAge: HOUR,
    historyBytes: 16 * MiB,
    logBytes: 64 * MiB,
    maxChannels: 1_000,
    ...bounds,
  }
  opened = new MemoryLog(() => all)
  opened.start()
  return opened
}

function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error('expected node to run with --expose-gc')
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

function event(data: string): NewEvent {
  return { name: 'message', data }
}

async function readAll(from: MemoryLog, channel: string): Promise<ReadResult> {
  return from.read(channel, { after: 0, maxEvents: 10_000, maxBytes: 1024 ** 3 })
}

async function dataOf(from: MemoryLog, channel: string): Promise<string[]> {
  return (await readAll(from, channel)).events.map(({ data }) => data)
}

async function lifeOf(from: MemoryLog): Promise<string> {
  return positionAt((await readAll(from, 'quiet')).history, 0)
}

async function isLost(from: MemoryLog, position: string): Promise<boolean> {
  const { history } = await readAll(from, 'quiet')
  return resume(history, parsePosition(position)!).gaps[0]?.reason === 'epoch-lost'
}

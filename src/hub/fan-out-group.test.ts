import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { NO_OBSERVER } from '../../test/support/no-observer.ts'
import { numbers, openTail } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { resumeFrom } from '../../test/support/stream-request.ts'
import type { EncodedBatch } from './encode-batch.ts'
import { FanOutGroup, type Delivery, type GroupContext, type Member } from './fan-out-group.ts'
import { FlushTimer } from './flush-timer.ts'
import { LiveEventBudget } from './live-event-budget.ts'
import { MemoryBudget } from './memory-budget.ts'
import { beginReader } from './begin-reader.ts'
import { Reader, type Progress } from './reader.ts'
import type { Tail } from './tail.ts'
import { WriteScheduler } from './write-scheduler.ts'

const SETTINGS = { flushInterval: 0, historyEvents: 1_000 }
const PLAIN = { channels: ['a'], envelope: false, framing: 'raw' } as const

/** A member that records its batches. */
class Recorder implements Member {
  nextDelivery = -1
  readonly batches: EncodedBatch[] = []
  readonly fallenBehind: Progress[] = []

  get text(): string {
    return this.batches.map(({ bytes }) => bytes.toString()).join('')
  }

  deliver(delivery: Delivery): void {
    this.batches.push(delivery)
  }

  fallBehind(progress: Progress): void {
    this.fallenBehind.push(progress)
  }
}

function newContext(memory = new MemoryBudget(1024 ** 2)): GroupContext {
  return {
    memory,
    flushes: new FlushTimer(() => SETTINGS, new LiveEventBudget(1024 ** 2)),
    scheduler: new WriteScheduler(),
    observer: NO_OBSERVER,
  }
}

async function readerAtTop(tail: Tail): Promise<Reader> {
  return (await beginReader([tail], { from: 'latest' })).reader
}

async function readerAt(tail: Tail, cursor: string | undefined): Promise<Reader> {
  return (await beginReader([tail], resumeFrom(cursor))).reader
}

async function setUp(): Promise<{ log: ScriptedLog; tail: Tail; group: FanOutGroup }> {
  const log = new ScriptedLog()
  log.history.publish('a', 'before')
  const tail = await openTail(log)
  return { log, tail, group: new FanOutGroup(PLAIN, [tail], newContext()) }
}

test('only a reader with the progress of the members can join', async () => {
  const { log, tail, group } = await setUp()
  const [early, late, lagging] = [new Recorder(), new Recorder(), new Recorder()]
  const behind = await readerAtTop(tail)
  const [position] = log.history.publish('a', '2')
  expect(group.join(lagging, behind)).toBe(false)
  expect(group.target).toBeUndefined()

  expect(group.join(early, await readerAtTop(tail))).toBe(true)
  expect(group.target).toEqual([2])
  log.history.publish('a', '3')
  // The members still stand before the event, and the reader at the top does not.
  expect(group.join(late, await readerAtTop(tail))).toBe(false)
  expect(group.join(lagging, behind)).toBe(false)
  expect(group.join(late, await readerAt(tail, position))).toBe(true)
  await passTurns(2)
  expect([early.text, late.text, lagging.text]).toEqual([
    `id: ${log.history.top('a')}\ndata: 3\n\n`,
    early.text,
    '',
  ])
})

test('a member that joins in the middle of a fan-out gets the next event, not the present one', async () => {
  const { log, tail, group } = await setUp()
  const members = Array.from({ length: 600 }, () => new Recorder())
  for (const member of members) expect(group.join(member, await readerAtTop(tail))).toBe(true)
  log.history.publish('a', '2')
  await passTurns()
  expect(members.filter(({ batches }) => batches.length > 0)).toHaveLength(250)
  const newcomer = new Recorder()
  expect(group.join(newcomer, await readerAtTop(tail))).toBe(true)
  log.history.publish('a', '3')
  await passTurns(8)
  expect(newcomer.text).toBe(`id: ${log.history.top('a')}\ndata: 3\n\n`)
  for (const { batches } of members) expect(batches.map(({ count }) => count)).toEqual([1, 1])
})

test('a member that leaves in the middle of a fan-out is not written to', async () => {
  const { log, tail, group } = await setUp()
  const members = Array.from({ length: 600 }, () => new Recorder())
  for (const member of members) group.join(member, await readerAtTop(tail))
  log.history.publish('a', '2')
  await passTurns()
  const left = members.filter(({ batches }) => batches.length === 0)
  for (const member of left) group.leave(member)
  // One of them comes back at once, from where it stood: it is behind the others.
  const [first] = left
  expect(group.join(first!, await readerAt(tail, 'ep000001-1'))).toBe(false)
  await passTurns(4)
  expect(left.every(({ batches }) => batches.length === 0)).toBe(true)
})

test('a group that emptied in the middle of a fan-out starts anew with its next member', async () => {
  const { log, tail, group } = await setUp()
  const members = Array.from({ length: 600 }, () => new Recorder())
  for (const member of members) group.join(member, await readerAtTop(tail))
  log.history.publish('a', '2')
  await passTurns()
  for (const member of members) group.leave(member)
  const newcomer = new Recorder()
  expect(group.join(newcomer, await readerAtTop(tail))).toBe(true)
  log.history.publish('a', '3')
  await passTurns(3)
  expect(newcomer.text).toBe(`id: ${log.history.top('a')}\ndata: 3\n\n`)
})

test('members fall behind where they stood when the history forks or its events were dropped', async () => {
  for (const cause of ['fork', 'drop']) {
    const { log, tail, group } = await setUp()
    const [early, late] = [new Recorder(), new Recorder()]
    group.join(early, await readerAtTop(tail))
    group.join(late, await readerAtTop(tail))
    if (cause === 'fork') {
      log.history.flush()
      log.history.publish('a', 'new')
    } else {
      log.history.publish('a', '2')
      const now = performance.now() + 60_000
      for (const round of [0, 1]) tail.evictIdle(now + round)
    }
    await passTurns(2)
    const progress = { offsets: [1], generations: [0] }
    expect([early.fallenBehind, late.fallenBehind]).toEqual([[progress], [progress]])
    expect([early.batches, late.batches, group.target]).toEqual([[], [], undefined])
  }
})

test('a reader of the new history does not join members that still stand in the old one', async () => {
  const { log, tail, group } = await setUp()
  log.history.publish('a', '2')
  const [member, newcomer] = [new Recorder(), new Recorder()]
  group.join(member, await readerAtTop(tail))
  log.history.failOver(1)
  log.history.publish('a', 'other')
  await tail.sync.refresh()
  const reader = await readerAtTop(tail)
  expect(reader.progress()).toEqual({ offsets: group.target, generations: [1] })
  expect(group.join(newcomer, reader)).toBe(false)
  await passTurns(2)
  expect(member.fallenBehind).toEqual([{ offsets: [2], generations: [0] }])
  expect(group.join(newcomer, reader)).toBe(true)
})

test('a batch ends at 64 Ki of text, and an event beyond that goes alone', async () => {
  const { log, tail, group } = await setUp()
  const member = new Recorder()
  group.join(member, await readerAtTop(tail))
  const lengths = [30_000, 30_000, 30_000, 100_000, 10, 10]
  log.history.publish('a', ...lengths.map((length) => 'x'.repeat(length)))
  await passTurns(8)
  expect(member.batches.map(({ count }) => count)).toEqual([2, 1, 1, 2])
  for (const { bytes, count } of member.batches) {
    expect(count === 1 || bytes.length <= 65 * 1024).toBe(true)
  }
})

test('a shared batch never takes a reader past the members', async () => {
  const { log, tail, group } = await setUp()
  const positions = log.history.publish('a', '2', '3', '4')
  const ahead = group.replay(await readerAt(tail, positions[0]))
  expect(ahead).toMatchObject({ count: 2 })
  expect(group.join(new Recorder(), await readerAtTop(tail))).toBe(true)
  log.history.publish('a', '5')
  const reader = await readerAt(tail, positions[0])
  expect(group.replay(reader)).toMatchObject({ count: 2, lastId: positions[2] })
  expect(group.replay(reader)).toBeUndefined()
  expect(group.join(new Recorder(), reader)).toBe(true)
})

test('a reader that has none of its events in memory goes on behind a batch of others, unread', async () => {
  const log = new ScriptedLog()
  const positions = log.history.publish('a', ...numbers(1, 5))
  const tail = await openTail(log)
  const group = new FanOutGroup(PLAIN, [tail], newContext())
  const loaded = await readerAt(tail, positions[1])
  const [same, further] = [1, 2].map((_, index) =>
    Reader.at([tail], { offsets: [2 + index], generations: [0] }),
  )
  const batch = group.replay(loaded)
  expect(batch).toMatchObject({ count: 3, lastId: positions[4] })
  const reads = log.reads.length
  expect(group.replay(same!)).toBe(batch)
  expect(same!.progress().offsets).toEqual([5])
  expect(group.replay(further!)).toBeUndefined()
  expect(log.reads).toHaveLength(reads)
  await further!.load()
  expect(group.replay(further!)).toMatchObject({ count: 2, lastId: positions[4] })
})

test('a batch that was shared before a fork is not shared after it', async () => {
  const { log, tail, group } = await setUp()
  log.history.publish('a', '2')
  const first = (await beginReader([tail], { from: { last: 1 } })).reader
  const before = group.replay(first)
  log.history.failOver(1)
  log.history.publish('a', 'other')
  await tail.sync.refresh()
  const second = (await beginReader([tail], { from: { last: 1 } })).reader
  expect(group.replay(second)?.bytes.toString()).toContain('data: other')
  expect(before?.bytes.toString()).toContain('data: 2')
})

test('several channels come in envelopes, with the cursor of all as id', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', 'x')
  log.history.publish('b', 'x')
  const tails = [await openTail(log, 'a'), await openTail(log, 'b')]
  const selection = { channels: ['a', 'b'], envelope: true, framing: 'raw' } as const
  const group = new FanOutGroup(selection, tails, newContext())
  const member = new Recorder()
  group.join(member, (await beginReader(tails, { from: 'latest' })).reader)
  log.history.append('b', [{ name: 'tick', data: 'line 1\nline 2' }])
  await passTurns(2)
  const [a, b] = [log.history.top('a'), log.history.top('b')]
  const data =
    `{"channel":"b","position":"${b}","event":"tick",` +
    `"data":"line 1\\nline 2","time":"1970-01-01T00:00:02.000Z"}`
  expect(member.text).toBe(`id: ${a}.${b}\nevent: tick\ndata: ${data}\n\n`)
})

test('a closed group keeps no batches', async () => {
  const { log, tail } = await setUp()
  const memory = new MemoryBudget(1024 ** 2)
  const group = new FanOutGroup(PLAIN, [tail], newContext(memory))
  const [position] = log.history.publish('a', '2', '3')
  group.replay(await readerAt(tail, position))
  expect(memory.used).toBeGreaterThan(0)
  group.close()
  expect(memory.used).toBe(0)
})

test('a closed group no longer listens to its tails', async () => {
  const { log, tail, group } = await setUp()
  const member = new Recorder()
  group.join(member, await readerAtTop(tail))
  group.close()
  log.history.publish('a', '2')
  await passTurns(2)
  expect([member.batches, tail.listeners.size]).toEqual([[], 0])
})
